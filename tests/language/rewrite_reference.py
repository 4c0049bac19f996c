"""Write the reference page that is made from the code: `python -m tests.language.rewrite_reference`."""

from sop_engine.language import reference
from tests.language.test_reference import PAGE

if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(reference(), encoding="utf-8")
