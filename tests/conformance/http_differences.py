"""The differences between our HTTP parser and others, each with its reason.

A test compares this with docs/evidence/http-differences.md.
"""

from __future__ import annotations

from tests.support.http_readers import Reading

# The reason of our refusal, and the rule for it. Other parsers accept some of these.
STRICTER = {
    "CONNECT is not supported": "RFC 9112 section 3.2.3",
    "Content-Length exceeds the body limit": "RFC 9110 section 15.5.14",
    "HTTP/1.1 request without Host": "RFC 9112 section 3.2",
    "Transfer-Encoding in HTTP/1.0": "RFC 9112 section 6.1",
    "Transfer-Encoding other than chunked": "RFC 9112 section 6.1",
    "bare CR": "RFC 9112 section 2.2",
    "bare LF": "RFC 9112 section 2.2",
    "bare LF in a chunked body": "RFC 9112 section 7.1",
    "both Transfer-Encoding and Content-Length": "RFC 9112 section 6.1",
    "chunked body exceeds the body limit": "RFC 9110 section 15.5.14",
    "control character": "RFC 9110 section 5.5",
    "expectation other than 100-continue": "RFC 9110 section 10.1.1",
    "field line begins with white space": "RFC 9112 section 5.2",
    "field line has no colon": "RFC 9112 section 5",
    "more than one Transfer-Encoding": "RFC 9112 section 6.1",
    "invalid Host": "RFC 9112 section 3.2",
    "invalid authority in the request target": "RFC 9110 section 4.2.4",
    "invalid character in a field name": "RFC 9110 section 5.1",
    "invalid character in the request target": "RFC 9112 section 3.2",
    "malformed Content-Length": "RFC 9110 section 8.6",
    "malformed HTTP version": "RFC 9112 section 3",
    "malformed chunk extension": "RFC 9112 section 7.1.1",
    "malformed method": "RFC 9112 section 2.2",
    "more than one Content-Type": "RFC 9110 section 5.3",
    "more than one Host": "RFC 9112 section 3.2",
    "only HTTP/1.0 and HTTP/1.1 are served": "RFC 9110 section 15.6.6",
    "request line has no HTTP version": "RFC 9112 section 3",
    "request target * is for OPTIONS only": "RFC 9112 section 3.2.4",
    "request target is neither a path nor an http URI": "RFC 9112 section 3.2",
}

# A part of another parser's reason for a refusal, and the rule by which we accept the message.
LOOSER = {
    "Invalid HTTP version": "RFC 9110 section 2.5",
    "Invalid method encountered": "RFC 9110 section 15.5.6",
    "Invalid method for HTTP/x.x request": "RFC 9110 section 15.5.6",
    "Expected space after method": "RFC 9110 section 15.5.6",
    "Pause on CONNECT/Upgrade": "RFC 9110 section 7.8",
    "after `Connection: close`": "RFC 9112 section 9.6",
    "ends with this message": "RFC 9112 section 9.3",
    "Invalid character in Content-Length": "RFC 9112 section 6.3",
    "Duplicate Content-Length": "RFC 9112 section 6.3",
    "conflicting Content-Length headers": "RFC 9112 section 6.3",
    "Invalid character in chunk extensions": "RFC 9112 section 7.1.1",
    "Request has invalid `Transfer-Encoding`": "RFC 9110 section 5.6.3",
    "no request line received": "RFC 9112 section 2.2",
}

# The same for messages whose rest we still wait for.
WAITING = {
    "Invalid character in chunk size": "RFC 9112 section 7.1",
    "Unexpected space after start line": "RFC 9112 section 2.2",
    "illegal request line": "RFC 9112 section 2.2",
}


def unexplained(ours: Reading, theirs: Reading) -> str:
    """Return the unexplained difference between two readings of a stream, or an empty string."""
    ours_is_known = ours.reason in STRICTER
    theirs_is_known = any(text in theirs.reason for text in LOOSER)
    we_wait = not ours.reason and any(text in theirs.reason for text in WAITING)
    if ours.messages == theirs.messages:
        if bool(ours.reason) == bool(theirs.reason):
            return ""
        if ours_is_known or theirs_is_known or we_wait:
            return ""
        return f"only one of both refuses: {ours}, {theirs}"
    if ours.messages < theirs.messages:
        return "" if ours_is_known else f"they see a message more: {ours}, {theirs}"
    return "" if theirs_is_known else f"we see a message more: {ours}, {theirs}"
