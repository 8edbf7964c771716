#!/usr/bin/env python3
"""radio_post.py REAL FAKE [NAME:TROUBLE:FLAGS:HEARD:LINKS[:PACE]]...

A post with radios of one's choice: listens at the socket FAKE, passes every question on to the real post at REAL, and
answers the one for radios itself, with those named. With no radio but a "-" it hangs up at that question, as a post
does that does not know it. FLAGS: 1 seen, 2 sees, 4 private. With a PACE the radio keeps a schedule: at each pace n it
spent n hours, of which 36 s showing, 18 s listening, 9 s linked and 5 wake-ups for each hour.
"""
import socket
import struct
import sys
import threading

PACKET_MAX = 8192
RADIOS = 6
PACES = 4


def encode(words):
    answer = bytes([1, RADIOS, len(words)])
    for word in words:
        name, trouble, flags, heard, links, *pace = word.split(":")
        answer += bytes([len(name)]) + name.encode()
        answer += struct.pack("<BBHH", int(trouble), int(flags) | (8 if pace else 0), int(heard), int(links))
        if pace:
            answer += bytes([int(pace[0])])
            for hours in range(PACES):
                answer += struct.pack("<5Q", hours * 3600000, hours * 36000, hours * 18000, hours * 9000, hours * 5)
    return answer


def serve(client, real_path, answer):
    real = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    real.connect(real_path)
    with client, real:
        while True:
            question = client.recv(PACKET_MAX)
            if not question:
                return
            if question[1] == RADIOS:
                if answer is None:
                    return
                client.send(answer)
            else:
                real.send(question)
                client.send(real.recv(PACKET_MAX))


def main():
    real_path, fake_path, *words = sys.argv[1:]
    answer = None if words == ["-"] else encode(words)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(fake_path)
    listener.listen(8)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, real_path, answer), daemon=True).start()


main()
