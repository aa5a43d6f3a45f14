"""The worker's threads share heaps."""

import subprocess
import sys

from dispatch.process.heap import HEAPS

COUNT = """
import ctypes, re, tempfile, threading
from dispatch.process.heap import share_heaps
if not share_heaps():
    raise SystemExit(print(0))  # no glibc, so no heaps of threads
held = threading.Barrier(9)
def hold():
    block = [bytes(1000) for _ in range(100)]
    held.wait(); held.wait()
threads = [threading.Thread(target=hold) for _ in range(8)]
for thread in threads: thread.start()
held.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
    libc.malloc_info(0, stream); libc.fclose(stream)
    print(len(re.findall("<heap nr", file.read().decode())))
held.wait()
"""


def test_eight_threads_share_two_heaps():
    ran = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True)

    assert HEAPS >= int(ran.stdout)
