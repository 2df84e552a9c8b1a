#!/usr/bin/env python3
"""The peer: the char-CNN-RNN in PyTorch, encoding 1,024 captions or training on 40 at a time, on the CPU.

The network of `HybridCNN.lua` (relu8) or of `HybridCNNLong` (gru18), 512 channels, 1,024 numbers out, over all 201 places as published
implementations have it; captions in batches of 64. Training is the symmetric joint embedding loss and RMSprop. Prints the
milliseconds of each repetition, on the clock and of processor time, as JSON. Needs only torch:  python3 peer_torch.py encode --captions captions.txt --threads 2
"""
import argparse, json, os, time
import torch, torch.nn as nn, torch.nn.functional as F

p = argparse.ArgumentParser()
p.add_argument('task', choices=['encode', 'train'])
p.add_argument('--captions', required=True)
p.add_argument('--rnn', choices=['relu8', 'gru18'], default='relu8')
p.add_argument('--threads', type=int, default=2)
p.add_argument('--compile', action='store_true')
a = p.parse_args()
torch.set_num_threads(a.threads); torch.manual_seed(1)
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789-,;.!?:'\"/\\|_@#$%^&*~`+-=<>()[]{} "
SLOT = {c: i for i, c in enumerate(ALPHABET)}
CAPTIONS, CLASSES, PLACES, C, DIM, ROWS = 1024, 40, 201, 512, 1024, 64


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.conv3 = nn.Conv1d(70, 384, 4), nn.Conv1d(384, 512, 4), nn.Conv1d(512, C, 4)
        gated = a.rnn == 'gru18'
        self.i2h = nn.Linear(C, 3 * C if gated else C)
        self.h2h = nn.Linear(C, C)
        if gated: self.gates = nn.Linear(C, 2 * C)
        self.out = nn.Linear(C, DIM)

    def forward(self, x):  # [n, 70, 201]
        act = lambda v: F.threshold(v, 1e-6, 0)
        x = F.max_pool1d(act(self.conv1(x)), 3, 3)
        x = F.max_pool1d(act(self.conv2(x)), 3, 3)
        x = act(self.conv3(x))
        if a.rnn == 'relu8': x = F.max_pool1d(x, 3, 2)
        terms = self.i2h(x.transpose(1, 2)).unbind(1)
        states = []
        for i in terms:
            if a.rnn == 'relu8':
                h = F.relu(i if not states else i + self.h2h(h))
            elif not states:
                h = torch.tanh(i[:, 2 * C:])
            else:
                z, r = torch.sigmoid(i[:, :2 * C] + self.gates(h)).chunk(2, 1)
                h = h + z * (torch.tanh(i[:, 2 * C:] + self.h2h(r * h)) - h)
            states.append(h)
        return self.out(torch.stack(states).mean(0))


def one_hot(captions):
    x = torch.zeros(len(captions), 70, PLACES)
    for row, caption in enumerate(captions):
        for place, c in enumerate(caption.lower()[:PLACES]): x[row, SLOT.get(c, 69), place] = 1
    return x


lines = open(a.captions, encoding='utf8').read().strip().split('\n')
captions = [lines[i * len(lines) // CAPTIONS] for i in range(CAPTIONS)]
net = Encoder()
for q in net.parameters(): nn.init.uniform_(q, -0.08, 0.08)
forward = torch.compile(net) if a.compile else net
optimiser = torch.optim.RMSprop(net.parameters(), 7e-4, alpha=0.99, eps=1e-8)
features = torch.randn(CLASSES, DIM).abs()
own = torch.eye(CLASSES, dtype=torch.bool)


def encode():
    with torch.no_grad():
        return [forward(one_hot(captions[i:i + ROWS])) for i in range(0, CAPTIONS, ROWS)]


def train(step):
    drawn = [captions[(step * CLASSES + i * 25) % CAPTIONS] for i in range(CLASSES)]
    scores = features @ forward(one_hot(drawn)).T
    right = scores.diag()
    violations = F.relu(scores - right[:, None] + 1) + F.relu(scores - right[None, :] + 1)
    loss = violations.masked_fill(own, 0).sum() / CLASSES ** 2
    optimiser.zero_grad(); loss.backward(); optimiser.step()


work = (lambda k: encode()) if a.task == 'encode' else train
work(0); ms = []
for k in range(3 if a.task == 'encode' else 10):
    t, c = time.perf_counter(), time.process_time(); work(k + 1)
    ms.append([round((time.perf_counter() - t) * 1e3, 2), round((time.process_time() - c) * 1e3, 2)])
print(json.dumps(dict(peer='pytorch ' + torch.__version__, task=a.task, rnn=a.rnn, threads=a.threads, compiled=a.compile,
      parameters=sum(q.numel() for q in net.parameters()), ms=ms, load=round(os.getloadavg()[0], 2))))
