"""Compares what every client got with what was published."""
import json

import clients


def judge_follower(client, problems) -> int:
    """Appends what is wrong; returns how many events were lost."""
    lost = 0
    for epoch, start, journal in client.segments:
        if not journal:
            continue
        for seq in range(start + 1, max(journal) + 1):
            events = client.room.events.get((epoch, seq), [])
            mine = [event.number for event in events
                    if client.role in event.audience]
            got = journal.get(seq)
            if got is not None and not events:
                problems.append(("invented", f"{client.name}: {epoch}:{seq} "
                                 "was never acknowledged to its publisher"))
            elif got is not None and got not in mine:
                problems.append(("wrong", f"{client.name}: {epoch}:{seq} is "
                                 f"{mine}, got {got}"))
            elif got is None and events and len(mine) == len(events):
                lost += 1
                problems.append(("lost", f"{client.name}: {epoch}:{seq}"))
    return lost


def judge_legacy(client, problems) -> None:
    published = [client.room.events[at][0] for at in client.room.order]
    mine = [event.number for event in published
            if client.role in event.audience]
    place = {number: i for i, number in enumerate(mine)}
    for run in client.runs:
        places = [place.get(number) for number in run]
        if None in places:
            strangers = [n for n, at in zip(run, places) if at is None]
            problems.append(("audience", f"{client.name}: {strangers} are "
                             "not for it"))
            continue
        for before, after in zip(places, places[1:]):
            if after <= before:
                problems.append(("doubled", f"{client.name}: {mine[after]} "
                                 f"after {mine[before]}"))
            elif after != before + 1:
                problems.append(("lost", f"{client.name}: between "
                                 f"{mine[before]} and {mine[after]}"))


def judge_audit(log, problems) -> None:
    """Nothing was really wrong, so the gateway's audit has nothing to say."""
    for line in log.read_text(errors="replace").splitlines():
        if '"component":"auditor"' in line:
            found = json.loads(line)
            problems.append(("alarm", f"{log.name}: {found['kind']} "
                             f"{found['room']}: {found['facts']}"))


def judge_world(world, problems: list) -> None:
    is_durable = world.options.redis == "durable"
    if not is_durable:
        # What Redis forgot before it answered was published once more.
        world.ledger.problems.clear()
    for client in world.clients:
        problems += client.problems
        if isinstance(client, clients.Follower):
            judge_follower(client, problems)
            if client.resets and is_durable:
                problems.append(("reset", f"{client.name}: {client.resets}"))
            if client.resets and not (world.faults["kill_redis"]
                                      or world.faults["empty_redis"]):
                problems.append(("reset", f"{client.name}: {client.resets}"))
        elif is_durable:
            judge_legacy(client, problems)
    if not is_durable:
        problems[:] = [p for p in problems if p[0] != "invented"]
    problems += [("log", text) for text in world.ledger.problems]
    for node in world.nodes:
        if is_durable:
            judge_audit(node.log, problems)
        problems += [("exit", f"a drained gateway ended with {code}")
                     for code in node.exit_codes if code != 0]
