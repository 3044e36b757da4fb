"""A self-contained HTML page: styles inside, no script, nothing loaded from anywhere."""

from __future__ import annotations

from html import escape
from pathlib import Path

STYLE = """
:root{color-scheme:light dark;--ink:#1b2a3a;--ground:#fff;--quiet:#4d5b68;--line:#d5dde4;--link:#005a9c;
--soft:#f4f8fb;--warn:#fff6df;--frame:#e3eaf0;--bar:#0072b2;
--key:#7a1f8a;--string:#9b2226;--comment:#3f6b3f;--name:#00529b;--number:#6b4c00}
@media screen and (prefers-color-scheme:dark){:root{--ink:#dfe6ec;--ground:#15191d;--quiet:#a5b2be;
--line:#3a444d;--link:#7cc0f5;--soft:#20272d;--warn:#3a3016;--frame:#2c353d;--bar:#56b4e9;
--key:#d9a6f0;--string:#f2a6a0;--comment:#9cc79c;--name:#8cc4ff;--number:#e6c07b}
img{background:#fff}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground);max-width:62rem;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin-bottom:.2em}h3{font-size:1.05rem}
h2{font-size:1.25rem;margin-top:2.2em;border-bottom:1px solid var(--line);padding-bottom:.2em}
a{color:var(--link)}.lead{font-size:1.15rem}.quiet{color:var(--quiet)}nav{margin:1em 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;margin:.6em 0}th,td{text-align:left;padding:.25em .7em;
border-bottom:1px solid var(--line);vertical-align:top}td.n,th.n{text-align:right}
td.n,td.w{white-space:nowrap}
li{margin:.2em 0}
pre{background:var(--soft);padding:.6em .8em;overflow-x:auto;border-radius:4px;white-space:pre-wrap}
.highlight :is(.k,.kn,.kc,.kd,.ow){color:var(--key);font-weight:600}
.highlight :is(.nf,.nc,.nd){color:var(--name)}
.highlight :is(.s,.s1,.s2,.sa,.sb,.sd,.se,.si){color:var(--string)}
.highlight :is(.mi,.mf,.mh,.mb){color:var(--number)}
.highlight :is(.c,.c1,.cm,.ch){color:var(--comment);font-style:italic}
mark{background:var(--warn);color:inherit}
math{font-size:1.05em}.formula{display:block;overflow-x:auto;overflow-y:hidden;padding:.2em 0;margin:.6em 0}
.tex{overflow-wrap:anywhere}mtd[columnalign=left]{text-align:left}mtd[columnalign=right]{text-align:right}
.out{border-left:3px solid var(--line);padding-left:.8em;margin:.4em 0;overflow-x:auto}
.warn{background:var(--warn);border-left:4px solid #b07d00;padding:.4em .8em}
.bar{display:block;height:.8em;background:var(--bar)}
.frame{display:inline-block;width:8em;background:var(--frame);height:.8em;vertical-align:middle}
details{margin:.4em 0}li details,td details,td p{margin:.1em 0}summary{cursor:pointer;color:var(--quiet)}
img{max-width:100%}.picture{display:block;height:auto;margin:.6em 0}
:target{scroll-margin-top:8em;background:var(--warn)}
@media (max-width:40rem){.scroll table{min-width:32rem}}
@media print{body{margin:0;max-width:none;font-size:11pt}details,nav{display:none}a{color:inherit;
text-decoration:none}h2,h3,h2+p{break-after:avoid}tr,img,.warn,.out,[id^=test-]{break-inside:avoid}
.bar,.frame,pre{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def page(title: str, body: str, made_from: str = "") -> str:
    """The whole document. `body` is HTML, `title` is text, `made_from` a hash of what it shows."""
    mark = f'<meta name="made-from" content="{made_from}">' if made_from else ""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">{mark}'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def is_made_from(path: Path, made_from: str) -> bool:
    """Does the page that lies there show just that?"""
    try:
        with path.open(encoding="utf-8") as file:
            return f'content="{made_from}"' in file.read(300)
    except (OSError, UnicodeDecodeError):
        return False


def table(
    head: list[str], rows: list[list[str]], numbers: tuple[int, ...] = (), whole: tuple = ()
) -> str:
    """A table of HTML fragments; the columns `numbers` are set right, those in `whole` unbroken."""
    kinds = {**{i: " class=w" for i in whole}, **{i: " class=n" for i in numbers}}

    def line(cells, tag):
        return "".join(f"<{tag}{kinds.get(i, '')}>{cell}</{tag}>" for i, cell in enumerate(cells))

    body = "\n".join(f"<tr>{line(row, 'td')}</tr>" for row in rows)
    return (
        f'<div class="scroll"><table><thead><tr>{line(head, "th")}</tr></thead>'
        f"<tbody>\n{body}</tbody></table></div>"
    )


def items(lines: list[str]) -> str:
    """A list of texts, escaped."""
    return list_of([escape(line) for line in lines])


def list_of(fragments: list[str]) -> str:
    """A list of HTML fragments."""
    return "<ul>" + "".join(f"<li>{fragment}</li>" for fragment in fragments) + "</ul>"


def fold(summary: str, inner: str) -> str:
    """HTML that is shown on a click, and left out in print; "" when there is none."""
    return f"<details><summary>{escape(summary)}</summary>{inner}</details>" if inner else ""


def bar(share: float, number: bool = True) -> str:
    """A share as a bar, with its number beside it unless that stands there already."""
    percent = round(100 * min(1.0, max(0.0, share)))
    return (
        f'<span class="frame" aria-hidden="true"><span class="bar" style="width:{percent}%"></span>'
        "</span>" + (f" {percent} %" if number else "")
    )
