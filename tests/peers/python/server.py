"""A notice board: `server.py SCHEMA SOCKET` serves it until standard input ends."""

import asyncio
import os
import sys

import capnp

example = capnp.load(sys.argv[1])
ipc = capnp.load(os.path.join(os.path.dirname(sys.argv[1]), "ipc.capnp"))


class Stream(ipc.StreamNote.Server):
    def __init__(self, notes):
        self.notes = list(notes)

    async def destroy(self, **_):
        pass

    async def next_context(self, context):
        count = context.params.count or 1
        taken, self.notes = self.notes[:count], self.notes[count:]
        fill(context.results.init("items", len(taken)), taken)
        context.results.ended = not self.notes


class Board(example.Board.Server):
    def __init__(self):
        self.posted = []

    async def construct(self, **_):
        pass

    async def post(self, note, **_):
        if not note.text:
            raise ValueError("the note is empty")
        self.posted.append((note.author, note.text))
        return len(self.posted)

    async def notes_context(self, context):
        fill(context.results.init("result", len(self.posted)), self.posted)

    async def follow(self, **_):
        return Stream(self.posted)


def fill(items, notes):
    for item, (author, text) in zip(items, notes):
        item.author, item.text = author, text


async def main():
    board = Board()

    async def connected(stream):
        await capnp.TwoPartyServer(stream, bootstrap=board).on_disconnect()

    server = await capnp.AsyncIoStream.create_unix_server(connected, sys.argv[2])
    async with server:
        print("listening", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(capnp.run(main()))
