"""Writes golden.json: batch normalisation in training mode and Adam, by PyTorch. Needs: pip install torch"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(20160605)


def flat(tensor):
    return [round(x, 9) for x in tensor.detach().double().flatten().tolist()]


def batch_norm(shape, activation, alpha):
    """Channels last in the file, channels first in torch."""
    channels = shape[-1]
    x = (torch.randn(shape) * 2 + 3).requires_grad_()
    gamma = (torch.randn(channels) + 1).requires_grad_()
    beta = torch.randn(channels).requires_grad_()
    dy = torch.randn(shape)
    rows = x.reshape(-1, channels)
    mean, var = torch.zeros(channels), torch.ones(channels)
    z = F.batch_norm(rows, mean, var, gamma, beta, training=True, momentum=1.0, eps=1e-5)
    y = {"linear": lambda: z, "relu": lambda: F.relu(z), "leakyRelu": lambda: F.leaky_relu(z, alpha)}[activation]()
    y = y.reshape(shape)
    y.backward(dy)
    biased = rows.var(0, unbiased=False)
    return dict(shape=shape, activation=activation, alpha=alpha, x=flat(x), gamma=flat(gamma), beta=flat(beta), dy=flat(dy),
                y=flat(y), mean=flat(rows.mean(0)), variance=flat(biased), unbiased=flat(var),
                dx=flat(x.grad), dgamma=flat(gamma.grad), dbeta=flat(beta.grad))


def trace_of(make_optimiser, steps=5):
    a, b = torch.nn.Parameter(torch.randn(3, 4)), torch.nn.Parameter(torch.randn(5))
    start = [flat(a), flat(b)]
    optimiser = make_optimiser([a, b])
    trace = []
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 / (step + 1)
        a.grad, b.grad = torch.randn(3, 4), torch.randn(5) * 1e-6  # the second is near epsilon's reach
        gradients = [flat(a.grad), flat(b.grad)]
        b.grad = torch.tensor(gradients[1]).float()
        optimiser.step()
        trace.append(dict(learningRate=2e-3 / (step + 1), gradients=gradients, variables=[flat(a), flat(b)]))
    return dict(start=start, trace=trace)


cases = [
    batch_norm([4, 3, 3, 5], "linear", 0.2),
    batch_norm([4, 3, 3, 5], "relu", 0.2),
    batch_norm([2, 4, 2, 3], "leakyRelu", 0.2),
    batch_norm([7, 6], "leakyRelu", 0.01),
]
adam = trace_of(lambda variables: torch.optim.Adam(variables, betas=(0.5, 0.999), eps=1e-8))
rms_prop = trace_of(lambda variables: torch.optim.RMSprop(variables, alpha=0.99, eps=1e-8))
path = pathlib.Path(__file__).with_name("golden.json")
path.write_text(json.dumps(dict(batchNorm=cases, adam=adam, rmsProp=rms_prop)) + "\n")
