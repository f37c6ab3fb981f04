from tests.sheets_server.page.book_view import Asked


def asked_of(service):
    return [
        Asked(c.number, c.token, c.kind, c.name, c.path, getattr(c, "code", 0))
        for c in service.calls
        if c.kind != "other"
    ]
