"""Guards and expressions: trees, their types, and the closures that they become when a normal form is loaded.

A tree is a nested tuple whose first item is the operation. No `eval`, nothing is called but what stands here.

| tree | means |
|---|---|
| `("const", type, value)` | a constant; decimals, dates and times as the record writes them; durations `("const", "duration", count, unit)` |
| `("field", name, *part)` | a field's value; a part of it: `window.start`, `window.end`, `caller.name`, `caller.phone` |
| `("row", column)` | inside count, any, all, sum: a column of the row, or of a child `id status outcome procedure state` |
| `("==", a, b)` and `!=` `<` `<=` `>` `>=` | comparison; with an unset side it is false, `!=` too |
| `("in", a, ("list", x, y ...))`, `("in", a, many)` | one of |
| `("and", a, b ...)`, `("or", a, b ...)`, `("not", a)` | |
| `("+", a, b)` and `-` `*` `/`, `("neg", a)` | decimal arithmetic; date or date-time plus or minus a duration; date minus date in days |
| `("given", ("field", ...))` | the field is set |
| `("in_state", id)`, `("did", trigger)`, `("times", trigger)` | of this ticket, before the transition being decided |
| `("count", source)`, `("count", source, test)`, `("any", source, test)`, `("all", source, test)`, `("sum", source, value)` | over `("rows", field)` or `("children", procedure or "")` |
| `("today",)`, `("now",)` | of the command's effective instant, in the site's zone |
"""
