"""Golden numbers of the char-CNN-RNN from PyTorch, forward and backward: python3 make_golden.py (torch 2.13, float64).

Weights follow a formula that the test repeats, so only the numbers that come out are kept.
"""
import json, math, pathlib
import torch

ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789-,;.!?:'\"/\\|_@#$%^&*~`+-=<>()[]{} "
CAPTIONS = [
    "this flower has pink petals, and a yellow-orange centre (with 5 stamens)!",
    "a",
    "white petals; long " * 12,  # 228 characters: cut at 201
]
torch.set_default_dtype(torch.float64)


def one_hot(caption):
    rows = torch.zeros(201, 70)
    for i, character in enumerate(caption[:201]):
        rows[i, ALPHABET.rindex(character)] = 1
    return rows


def shapes(c, rnn, dim):
    gru = rnn == "gru18"
    table = dict(conv1_kernel=[4, 70, 10], conv1_bias=[10], conv2_kernel=[4, 10, 14], conv2_bias=[14],
                 conv3_kernel=[4, 14, c], conv3_bias=[c],
                 rnn_input_kernel=[c, 3 * c if gru else c], rnn_input_bias=[3 * c if gru else c])
    if gru:
        table |= dict(rnn_gates_kernel=[c, 2 * c], rnn_gates_bias=[2 * c])
    return table | dict(rnn_hidden_kernel=[c, c], rnn_hidden_bias=[c], output_kernel=[c, dim], output_bias=[dim])


def weights_of(c, rnn, dim):
    weights = {}
    for k, (name, shape) in enumerate(shapes(c, rnn, dim).items()):
        i = torch.arange(math.prod(shape), dtype=torch.float64)
        values = 0.3 * torch.sin(1.7 * i + 0.001 * i * i + k)
        weights[name] = values.to(torch.float32).to(torch.float64).reshape(shape).requires_grad_()
    return weights


def threshold(x):
    return torch.nn.functional.threshold(x, 1e-6, 0.0)


def convolve(x, w, name):  # x [n, channels, places]
    return threshold(torch.nn.functional.conv1d(x, w[name + "_kernel"].permute(2, 1, 0), w[name + "_bias"]))


def forward(w, x, rnn):
    pool = torch.nn.functional.max_pool1d
    h = pool(convolve(x.transpose(1, 2), w, "conv1"), 3, 3)
    h = pool(convolve(h, w, "conv2"), 3, 3)
    h = convolve(h, w, "conv3")
    if rnn == "relu8":
        h = pool(h, 3, 2)
    steps = h.unbind(2)
    assert len(steps) == (8 if rnn == "relu8" else 18)
    c = steps[0].shape[1]
    U, d = w["rnn_hidden_kernel"], w["rnn_hidden_bias"]
    states = []
    for x in steps:
        i = x @ w["rnn_input_kernel"] + w["rnn_input_bias"]
        if rnn == "relu8":
            h = torch.relu(i) if not states else torch.relu(i + states[-1] @ U + d)
        elif not states:
            h = torch.tanh(i[:, 2 * c:])
        else:
            previous = states[-1]
            gates = torch.sigmoid(i[:, : 2 * c] + previous @ w["rnn_gates_kernel"] + w["rnn_gates_bias"])
            z, r = gates[:, :c], gates[:, c:]
            candidate = torch.tanh(i[:, 2 * c:] + (r * previous) @ U + d)
            h = z * candidate + (1 - z) * previous
        states.append(h)
    return torch.stack(states).mean(0) @ w["output_kernel"] + w["output_bias"]


def case(rnn, c=12, dim=8):
    w = weights_of(c, rnn, dim)
    out = forward(w, torch.stack([one_hot(caption) for caption in CAPTIONS]), rnn)
    direction = torch.cos(torch.arange(out.numel(), dtype=torch.float64)).reshape(out.shape)
    (out * direction).sum().backward()
    gradients = {}
    for name, value in w.items():
        g = value.grad.flatten()
        marks = torch.sin(0.37 * torch.arange(g.numel(), dtype=torch.float64))
        gradients[name.replace("_", "/")] = dict(norm=g.norm().item(), projection=(g @ marks).item(),
                                                 largest=g.abs().argmax().item(), value=g[g.abs().argmax()].item())
    return dict(rnn=rnn, channels=[10, 14], cnnDim=c, dim=dim, embeddings=out.detach().tolist(), gradients=gradients)


path = pathlib.Path(__file__).with_name("golden.json")
path.write_text(json.dumps(dict(captions=CAPTIONS, cases=[case("relu8"), case("gru18")]), indent=1) + "\n")
