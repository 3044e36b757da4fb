"""A self-contained HTML page: styles inside, no script, nothing loaded from anywhere."""

from __future__ import annotations

from html import escape

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1b2a3a;max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin-bottom:.2em}h2{font-size:1.25rem;margin-top:2em}h3{font-size:1.05rem}
.lead{font-size:1.15rem}.quiet{color:#4d5b68}.scroll{overflow-x:auto}
table{border-collapse:collapse;margin:.6em 0}th,td{text-align:left;padding:.25em .7em;
border-bottom:1px solid #d5dde4;vertical-align:top}td.n,th.n{text-align:right}
pre{background:#f4f8fb;padding:.6em .8em;overflow-x:auto;border-radius:4px;white-space:pre-wrap}
.out{border-left:3px solid #d5dde4;padding-left:.8em;margin:.4em 0;overflow-x:auto}
.warn{background:#fff6df;border-left:4px solid #b07d00;padding:.4em .8em}
.bar{display:block;height:.8em;background:#0072b2}
.frame{display:inline-block;width:8em;background:#e3eaf0;height:.8em;vertical-align:middle}
details{margin:.4em 0}summary{cursor:pointer}img{max-width:100%}
@media print{body{margin:0;max-width:none}details{display:none}}
"""
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def page(title: str, body: str) -> str:
    """The whole document. `body` is HTML, `title` is text."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def table(head: list[str], rows: list[list[str]], numbers: tuple[int, ...] = ()) -> str:
    """A table of HTML fragments; the columns `numbers` are set right."""

    def line(cells, tag):
        return "".join(
            f"<{tag}{' class=n' if i in numbers else ''}>{cell}</{tag}>"
            for i, cell in enumerate(cells)
        )

    body = "\n".join(f"<tr>{line(row, 'td')}</tr>" for row in rows)
    return (
        f'<div class="scroll"><table><thead><tr>{line(head, "th")}</tr></thead>'
        f"<tbody>\n{body}</tbody></table></div>"
    )


def items(lines: list[str]) -> str:
    """A list of texts, escaped."""
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def bar(share: float) -> str:
    """A share as a bar with its number beside it."""
    percent = round(100 * share)
    return (
        f'<span class="frame" aria-hidden="true"><span class="bar" style="width:{percent}%"></span>'
        f"</span> {percent} %"
    )
