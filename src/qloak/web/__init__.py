"""The web app: server-rendered pages and small ES modules on the gateway's HTTP API.

    app        mounts pages and static files on a gateway
    api        asks /v1 in process, with the token of the one who is signed in
    page       one request: its session, its forms, rendering, redirects, errors
    sign_in    signing in and out, one-time links
    texts      the catalogue of English texts, texts/en.toml
    assets     static files under a name that changes with their content
    formats    how numbers and times are written
    urls       every address of a page
    pages      one module for each page

A page is a function of a `Page`. It asks the gateway by `page.api`, renders a template, or redirects after a form.
Forms work without scripts; `static/js/forms.js` sends them in the background, retries after a lost connection with
the same idempotency key, and shows problems beside the form. Sections with `data-src` are fetched anew when an
event named in `data-on` arrives (`static/js/fragments.js`), so that what is live and what is loaded are the same
template. No script and no style is inline: the content security policy forbids it.
"""

from .app import add_pages
from .sign_in import OneTimeLinks

__all__ = ["OneTimeLinks", "add_pages"]
