"""What stands in requests of outsiders: other names, other sites; PORT stands for that of the page."""

from __future__ import annotations

OTHER_HOSTS = [
    "evil.test", "evil.test:PORT", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:1", "127.0.0.1:PORT.evil.test",
    "127.0.0.1:PORT@evil.test", "evil.test@127.0.0.1:PORT", "127.0.0.2:PORT", "127.1:PORT", "0.0.0.0:PORT",
    "[::1]:PORT", "[::ffff:127.0.0.1]:PORT", "2130706433:PORT", "0x7f000001:PORT", "127.0.0.1.:PORT",
    "127.0.0.1.nip.io:PORT", "x.localhost:PORT", "localhost.evil.test:PORT", "LOCALHOST.:PORT",
    "127.0.0.1:PORT/", "127.0.0.1:PORT#", "127.0.0.1:PORT, evil.test", "http://127.0.0.1:PORT", "",
    "127.0.0.1:0PORT", "127.0.0.1:+PORT", "127.0.0.1:\tPORT",
]  # fmt: skip

OTHER_ORIGINS = [
    "null", "http://evil.test", "http://127.0.0.1:1", "http://127.0.0.1", "https://127.0.0.1:PORT",
    "http://localhost:PORT", "http://127.0.0.1:PORT.evil.test", "http://127.0.0.1:PORT/", "HTTP://127.0.0.1:PORT",
    "http://evil.test http://127.0.0.1:PORT", "http://127.0.0.1:PORT, http://evil.test", "file://", "",
    "http://user@127.0.0.1:PORT", "chrome-extension://abcdef", "http://[::1]:PORT", " ",
]  # fmt: skip

OTHER_SITES = [
    {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
    for site in ("cross-site", "same-site")
    for mode, dest in [
        ("no-cors", "image"), ("cors", "empty"), ("no-cors", "script"), ("no-cors", "audio"),
        ("navigate", "iframe"), ("navigate", "object"), ("websocket", "empty"),
    ]
] + [
    {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": None, "Sec-Fetch-Dest": None}
    for site in ("cross-site", "same-site", "", "Same-Origin", "same-origin, cross-site", "x")
]  # fmt: skip
