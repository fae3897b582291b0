"""`/tasks/{id}/comments`."""

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import QueryParams

from tracker import comments, pages, parameters, tasks
from tracker.bodies import NewComment, fit
from tracker.comments import Comment
from tracker.content import Content
from tracker.cursors import Cursors, Place
from tracker.database import Connection
from tracker.pages import Page
from tracker.services import Asking, Program, Sent
from tracker.tokens import Caller

router = APIRouter(prefix="/tasks/{task_id}/comments")

ORDER = "comments"  # what their cursors are bound to


@router.post("", status_code=201)
async def create(program: Program, caller: Asking, content: Sent, task_id: str, response: Response) -> dict[str, Any]:
    """Add a comment."""
    comment = await program.perform(caller, _create, task_id, content)
    response.headers["Location"] = f"/tasks/{comment.task_id}/comments/{comment.id}"
    return comment.document()


async def _create(connection: Connection, caller: Caller, task_id: str, content: Content) -> Comment:
    task = await tasks.find(connection, caller, task_id)
    return await comments.create(connection, caller, task, fit(NewComment, content.json()).text)


@router.api_route("", methods=["GET", "HEAD"])
async def find(program: Program, caller: Asking, task_id: str, request: Request, response: Response) -> dict[str, Any]:
    """List the comments of a task, oldest first, a page at a time."""
    page = await program.perform(caller, _page, task_id, request.query_params, program.cursors)
    cursor = page.next and program.cursors.write(ORDER, page.next)
    return pages.answer(page, cursor, request, response)


async def _page(connection: Connection, caller: Caller, task_id: str, given: QueryParams, cursors: Cursors) -> Page:
    task = await tasks.find(connection, caller, task_id)
    limit, cursor = parameters.limit(given), parameters.filled(given, "cursor")
    after = 0 if cursor is None else int(cursors.read(ORDER, cursor).key)
    found = await comments.page(connection, task, after, limit + 1)
    return pages.cut(found, limit, Comment.document, lambda last: Place(str(last.number), str(last.id)))


@router.api_route("/{comment_id}", methods=["GET", "HEAD"])
async def show(program: Program, caller: Asking, task_id: str, comment_id: str) -> dict[str, Any]:
    """Show a comment."""
    return (await program.perform(caller, _find, task_id, comment_id)).document()


async def _find(connection: Connection, caller: Caller, task_id: str, comment_id: str) -> Comment:
    task = await tasks.find(connection, caller, task_id)
    return await comments.find(connection, task, comment_id)
