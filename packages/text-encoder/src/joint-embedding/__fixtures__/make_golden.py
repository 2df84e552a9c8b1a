"""Golden numbers of the joint embedding loss, of training with it and of learning the scores of a teacher, from PyTorch: python3 make_golden.py (torch 2.13, float64).

The loss is written as the loops of the authors' train_sje_hybrid.lua. The training is of a linear map of word counts.
"""
import json, pathlib
import torch

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
N, DIM = 6, 5


def loss_of(images, texts, symmetric):
    total = torch.zeros(())
    for i in range(N):
        for j in range(N):
            if i == j:
                continue
            total = total + torch.clamp(1 + images[i] @ texts[j] - images[i] @ texts[i], min=0)
            if symmetric:
                total = total + torch.clamp(1 + images[j] @ texts[i] - images[i] @ texts[i], min=0)
    return total / N**2


flat = lambda tensor: tensor.detach().flatten().tolist()
images, texts = torch.rand(N, DIM), torch.randn(N, DIM)
losses = []
for symmetric in (False, True):
    t = texts.clone().requires_grad_()
    loss = loss_of(images, t, symmetric)
    loss.backward()
    losses.append(dict(symmetric=symmetric, loss=loss.item(), gradient=flat(t.grad)))

WORDS = ["blue", "pink", "red", "white", "yellow"]
CAPTIONS = ["blue", "pink pink", "red white", "white", "yellow unknown blue", "yellow"]
counts = torch.tensor([[caption.split().count(word) for word in WORDS] for caption in CAPTIONS]).double()
kernel, bias = (1.5 * torch.randn(len(WORDS), DIM)).requires_grad_(), torch.randn(DIM).requires_grad_()
start = dict(kernel=flat(kernel), bias=flat(bias))
optimiser = torch.optim.RMSprop([kernel, bias], lr=7e-4, alpha=0.99, eps=1e-8)
trace = []
for step in range(4):
    optimiser.param_groups[0]["lr"] = 7e-4 * 0.98**step
    optimiser.zero_grad()
    loss = loss_of(images, counts @ kernel + bias, True)
    loss.backward()
    optimiser.step()
    trace.append(dict(learningRate=7e-4 * 0.98**step, loss=loss.item(), kernel=flat(kernel), bias=flat(bias)))

t, taught = texts.clone().requires_grad_(), torch.randn(N, DIM)
target = images @ taught.T
loss = torch.nn.functional.huber_loss(images @ t.T / target.std(correction=0), target / target.std(correction=0))
loss.backward()
distillation = dict(taught=flat(taught), loss=loss.item(), gradient=flat(t.grad))

golden = dict(n=N, dim=DIM, images=flat(images), texts=flat(texts), losses=losses, distillation=distillation,
              training=dict(words=WORDS, captions=CAPTIONS, start=start, trace=trace))
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
