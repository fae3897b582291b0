"""`/tasks` and what stands below it, but for comments."""

from typing import Any

from fastapi import APIRouter, Request, Response

from tracker import idempotency, listing, pages, permissions, tasks, transitions
from tracker.bodies import Draft, Move, Revision, fit
from tracker.conditions import entity_tag, unchanged
from tracker.content import MERGE_PATCH
from tracker.database import Connection
from tracker.services import Asking, Condition, Program, Sent
from tracker.tasks import Task
from tracker.tokens import Caller

router = APIRouter(prefix="/tasks")


@router.post("", status_code=201)
async def create(
    program: Program, caller: Asking, content: Sent, request: Request, response: Response
) -> dict[str, Any]:
    """Create a task, once for each `Idempotency-Key`."""
    body = content.json()
    key = idempotency.require_key(request.headers.get("idempotency-key"))
    task = await program.perform(caller, _create, key, fit(Draft, body))
    response.headers["Location"] = f"{router.prefix}/{task['id']}"
    return _answer(task, response)


async def _create(connection: Connection, caller: Caller, key: str | None, draft: Draft) -> dict[str, Any]:
    async def insert() -> dict[str, Any]:
        return (await tasks.create(connection, caller, draft)).document()

    return await insert() if key is None else await idempotency.once(connection, caller.sub, key, draft, insert)


@router.api_route("", methods=["GET", "HEAD"])
async def find(program: Program, caller: Asking, request: Request, response: Response) -> dict[str, Any]:
    """List the tasks that the caller sees, filtered and sorted, a page at a time."""
    wanted = listing.read(request.query_params, program.cursors)
    page = await program.perform(caller, listing.page, wanted)
    cursor = page.next and program.cursors.write(wanted.order, page.next)
    return pages.answer(page, cursor, request, response)


@router.api_route("/{task_id}", methods=["GET", "HEAD"], response_model=None)
async def show(
    program: Program, caller: Asking, task_id: str, request: Request, response: Response
) -> dict[str, Any] | Response:
    """Show a task, or say that the client has it already."""
    task = await program.perform(caller, tasks.find, task_id)
    if unchanged(request.headers.get("if-none-match"), task.version):
        return Response(status_code=304, headers={"ETag": entity_tag(task.version)})
    return _answer(task.document(), response)


@router.put("/{task_id}")
async def replace(
    program: Program, caller: Asking, content: Sent, task_id: str, if_match: Condition, response: Response
) -> dict[str, Any]:
    """Replace what the client may say of a task; the status is not part of that."""

    def decide(task: Task) -> dict[str, Any]:
        document = content.json()
        permissions.require_assignable(caller, task, document)
        if_match.require(task.version)
        return fit(Draft, document).model_dump()

    task = await program.perform(caller, tasks.change, task_id, decide)
    return _answer(task.document(), response)


@router.patch("/{task_id}")
async def revise(
    program: Program, caller: Asking, content: Sent, task_id: str, if_match: Condition, response: Response
) -> dict[str, Any]:
    """Merge a patch into a task (RFC 7396): what comes out has to be a task, and the status to have moved legally."""

    def decide(task: Task) -> dict[str, Any]:
        patch = content.json(MERGE_PATCH)
        document = task.document() | patch if isinstance(patch, dict) else patch
        permissions.require_assignable(caller, task, document)
        if_match.require(task.version)
        revision = fit(Revision, document)
        if revision.status != task.status:
            transitions.require_move(task.status, revision.status)
        return revision.model_dump()

    task = await program.perform(caller, tasks.change, task_id, decide)
    return _answer(task.document(), response)


@router.delete("/{task_id}", status_code=204)
async def delete(program: Program, caller: Asking, task_id: str, if_match: Condition) -> None:
    """Delete a task."""

    def judge(task: Task) -> None:
        permissions.require_deletable(caller, task)
        if_match.honour(task.version)

    await program.perform(caller, tasks.delete, task_id, judge)


@router.post("/{task_id}/transitions")
async def move(
    program: Program, caller: Asking, content: Sent, task_id: str, if_match: Condition, response: Response
) -> dict[str, Any]:
    """Move a task to another status."""

    def decide(task: Task) -> dict[str, Any]:
        document = content.json()
        if_match.honour(task.version)
        wanted = fit(Move, document)
        transitions.require_move(task.status, wanted.to)
        return {"status": wanted.to}

    task = await program.perform(caller, tasks.change, task_id, decide)
    return _answer(task.document(), response)


def _answer(task: dict[str, Any], response: Response) -> dict[str, Any]:
    response.headers["ETag"] = entity_tag(task["version"])
    return task
