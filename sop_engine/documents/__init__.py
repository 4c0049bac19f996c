"""Notices, forms, the manual page and diagrams, made from a Procedure and plain ticket data.

`notices` and `forms` render the owners' templates within bounds; `ticket_page` prints one ticket; `diagram` draws the
chart; `manual` writes the procedure as a page for people; `expression_text` says a guard in words.

Documents speak Chinese and English, and their fixed words stand beside their layout as `Text` pairs: a printed page is
one piece of work in each language, not a sentence with a translation. What goes wrong is said by `Message`s as
everywhere else.
"""
