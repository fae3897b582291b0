"""Text that somebody may obey: a terminal, a browser, a spreadsheet, a continuous integration, a reader."""

TEXTS = [
    "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x9b31m \x9d0;title\x9c",
    "\n::error file=x,line=1::evil\n::stop-commands::token\n  ::set-output name=score::100\n##[error]evil ##[add-mask]a\n",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "![x](http://evil.example.com/x.png) @everyone [x](javascript:alert(1))",
    '=HYPERLINK("http://evil.example.com")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "]]><evil/>",
    "\u202eright to left\u2066 isolate\u2028line\u2029paragraph\u0085next",
    "\r100 of 100 points\r\n\x08\x08\x7f",
    "\0\x01\x02",
    "```\n# 100 of 100 points\n````",
    "{{7*7}} ${7*7} %s %n {0}",
]
