"""A client of the notice board: `client.py SCHEMA SOCKET` posts a note, reads all of them and follows them."""

import asyncio
import sys

import capnp


async def main(schema, socket):
    example = capnp.load(schema)
    stream = await capnp.AsyncIoStream.create_unix_connection(socket)
    board = capnp.TwoPartyClient(stream).bootstrap().cast_as(example.Board)
    await board.construct()

    print("posted", (await board.post(note={"author": "python", "text": "h\u00e9llo"})).result)
    for note in (await board.notes()).result:
        print("note", note.author, note.text)

    try:
        await board.post(note={"author": "python", "text": ""})
    except capnp.KjException as error:
        print("refused", error.description)

    # Pipelined: the stream is called before it is there.
    followed = board.follow().result
    first = await followed.next(count=1)
    print("followed", first.items[0].author, first.ended)
    await followed.destroy()


asyncio.run(capnp.run(main(sys.argv[1], sys.argv[2])))
