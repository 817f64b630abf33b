"""What the schema says of every operation: how it refuses, and that what is read has an ETag."""

from __future__ import annotations

from typing import Any

ERROR = {
    "type": "object",
    "description": "What went wrong: for programs, for people, and the name of the request in the log.",
    "properties": {
        "code": {"type": "string", "description": "Stays the same: tell errors apart by it."},
        "message": {"type": "string", "description": "A sentence for people, in their language."},
        "request_id": {"type": "string"},
        "fields": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
            "description": "Sentences by the name of the field that they are about.",
        },
    },
    "required": ["code", "message", "request_id"],
}


def describe_errors(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """For drf-spectacular: each operation may answer with an error, of one form."""
    result["components"].setdefault("schemas", {})["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    refusal = {
        "description": "An error. With 429, and wherever waiting helps, Retry-After says how many seconds.",
        "content": content,
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"].setdefault("default", refusal)
    return result


def describe_reads(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """For drf-spectacular: who has what is read already is told so (ApiReadsMiddleware)."""
    for operations in result["paths"].values():
        if read := operations.get("get"):
            read["responses"].setdefault("304", {"description": "As you have it: the ETag was yours."})
    return result
