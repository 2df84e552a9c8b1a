"""Writes what PyTorch makes of small GAN-CLS networks and training steps, for golden.test.ts and networks.test.ts.

An independent reading of the paper and of the authors' main_cls.lua: NCHW, text replicated and depth-concatenated, one full
pass of D for each kind of pair, binary cross-entropy on probabilities in float64. Weights and inputs come from `pattern`, which the
tests compute too, so the files hold results only; they are stored under this package's names and in its layouts.
Needs: pip install torch safetensors numpy
"""

import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
EMBEDDING, PROJECTED, NOISE, BATCH = 12, 6, 8, 4
ARCHITECTURES = {
    "plain32": dict(size=32, ngf=2, ndf=2, residual=False, leaky_after_third=True, text_norm=False),
    "residual64": dict(size=64, ngf=2, ndf=2, residual=True, leaky_after_third=True, text_norm=False),
    "quirks32": dict(size=32, ngf=4, ndf=2, residual=True, leaky_after_third=False, text_norm=True),
}


def pattern(seed, shape):
    """sin(0.7548776662 i² + seed): the phase is quadratic so that no matrix of it has low rank."""
    i = np.arange(int(np.prod(shape)), dtype=np.float64)
    return torch.from_numpy(np.sin(i * i * 0.7548776662 + seed).astype(np.float32).reshape(shape))


def initial(name, shape):
    """Each weight by its name and kind; running statistics off their defaults, so that they matter."""
    seed = sum(ord(c) * (k + 1) for k, c in enumerate(name))
    kind = name.split("/")[-1]
    offset, scale = dict(gamma=(1, 0.2), moving_variance=(1, 0.3)).get(kind, (0, 0.2))
    return offset + scale * pattern(seed, shape)


class Net:
    """Named tensors in this package's layouts: `weights` learn, `running` are statistics."""

    def __init__(self, prefix):
        self.prefix, self.weights, self.running = prefix, {}, {}

    def weight(self, name, *shape):
        name = f"{self.prefix}/{name}"
        if name not in self.weights:
            self.weights[name] = initial(name, shape).requires_grad_()
        return self.weights[name]

    def dense(self, x, name, units):
        return x @ self.weight(f"{name}/kernel", x.shape[1], units) + self.weight(f"{name}/bias", units)

    def conv(self, x, name, channels, kernel, stride=1, padding=0):
        weight = self.weight(f"{name}/kernel", kernel, kernel, x.shape[1], channels)
        return F.conv2d(x, weight.permute(3, 2, 0, 1), stride=stride, padding=padding)

    def deconv(self, x, name, channels):
        weight = self.weight(f"{name}/kernel", 4, 4, channels, x.shape[1])
        return F.conv_transpose2d(x, weight.permute(3, 2, 0, 1), stride=2, padding=1)

    def norm(self, x, name, training):
        channels = x.shape[1]
        for kind in ("moving_mean", "moving_variance"):
            key = f"{self.prefix}/{name}/{kind}"
            if key not in self.running:
                self.running[key] = initial(key, (channels,))
        mean, variance = (self.running[f"{self.prefix}/{name}/{kind}"] for kind in ("moving_mean", "moving_variance"))
        gamma, beta = self.weight(f"{name}/gamma", channels), self.weight(f"{name}/beta", channels)
        return F.batch_norm(x, mean, variance, gamma, beta, training, momentum=0.1, eps=1e-5)

    def residual(self, x, name, act, training):
        channels = x.shape[1]
        y = act(self.norm(self.conv(x, f"{name}/conv1", channels // 4, 1), f"{name}/norm1", training))
        y = act(self.norm(self.conv(y, f"{name}/conv2", channels // 4, 3, padding=1), f"{name}/norm2", training))
        y = self.norm(self.conv(y, f"{name}/conv3", channels, 3, padding=1), f"{name}/norm3", training)
        return act(x + y)


def lrelu(x):
    return F.leaky_relu(x, 0.2)


class Generator(Net):
    def __init__(self, arch):
        super().__init__("generator")
        self.arch = arch

    def __call__(self, z, h, training=True):
        size, ngf, residual = self.arch["size"], self.arch["ngf"], self.arch["residual"]
        widest = ngf * size // 8
        code = torch.cat([z, lrelu(self.dense(h, "text", PROJECTED))], 1)[:, :, None, None]
        first = self.weight("deconv4/kernel", code.shape[1], 4 * 4 * widest).reshape(-1, 4, 4, widest).permute(0, 3, 1, 2)
        x = self.norm(F.conv_transpose2d(code, first), "norm4", training)
        x = self.residual(x, "residual4", F.relu, training) if residual else F.relu(x)
        side, channels = 8, widest // 2
        while side < size:
            x = self.norm(self.deconv(x, f"deconv{side}", channels), f"norm{side}", training)
            x = self.residual(x, "residual8", F.relu, training) if residual and side == 8 else F.relu(x)
            side, channels = side * 2, channels // 2
        return torch.tanh(self.deconv(x, f"deconv{size}", 3))


class Discriminator(Net):
    def __init__(self, arch):
        super().__init__("discriminator")
        self.arch = arch

    def __call__(self, x, h, training=True):
        size, ndf, arch = self.arch["size"], self.arch["ndf"], self.arch
        side, channels = size // 2, ndf
        x = lrelu(self.conv(x, f"conv{side}", channels, 4, 2, 1))
        while side > 4:
            side, channels = side // 2, channels * 2
            x = self.norm(self.conv(x, f"conv{side}", channels, 4, 2, 1), f"norm{side}", training)
            if side == 8 and not arch["leaky_after_third"]:
                continue
            if side > 4 or not arch["residual"]:
                x = lrelu(x)
        if arch["residual"]:
            x = self.residual(x, "residual4", lrelu, training)
        t = self.dense(h, "text", PROJECTED)
        if arch["text_norm"]:
            t = self.norm(t, "text/norm", training)
        t = lrelu(t)[:, :, None, None].expand(-1, -1, 4, 4)
        image, text = self.weight("joint/image/kernel", 1, 1, channels, channels), self.weight("joint/text/kernel", PROJECTED, channels)
        joint = torch.cat([image[0, 0], text]).t()[:, :, None, None]  # [out, channels + PROJECTED, 1, 1]
        y = lrelu(self.norm(F.conv2d(torch.cat([x, t], 1), joint), "joint/norm", training))
        score = self.weight("score/kernel", 4 * 4 * channels, 1).reshape(4, 4, channels).permute(2, 0, 1)[None]
        return F.conv2d(y, score).flatten()


def nhwc(x):
    return x.detach().permute(0, 2, 3, 1).contiguous()


def bce(logits, label):
    p = torch.sigmoid(logits.double())
    return F.binary_cross_entropy(p, torch.full_like(p, label))


def networks(name, arch):
    """Images of G and logits of D, by the batch's statistics and by running ones."""
    g, d, out = Generator(arch), Discriminator(arch), {}
    z, h = pattern(1, (2, NOISE)), pattern(2, (2, EMBEDDING))
    x = pattern(3, (2, arch["size"], arch["size"], 3)).permute(0, 3, 1, 2)
    for mode in ("eval", "train"):  # the running statistics change after 'eval'
        out[f"images/{mode}"] = nhwc(g(z, h, mode == "train"))
        out[f"logits/{mode}"] = d(x, h, mode == "train").detach()
    out.update({key: value.clone() for key, value in (g.running | d.running).items()})
    save_file(out, HERE / f"networks-{name}.safetensors")


def steps(name, arch, objective, mismatch, shared, lr=2e-4, count=3):
    g, d, out = Generator(arch), Discriminator(arch), {}
    cls, inter, n, weight = "cls" in objective, "int" in objective, BATCH, 0.75
    cls_weight = 0.4 if cls else 0.0
    draws = iter(range(100, 200))  # the seed of each draw of noise, in the order of the step
    size = arch["size"]
    g(pattern(0, (2, NOISE)), pattern(0, (2, EMBEDDING)), False), d(torch.zeros(2, 3, size, size), torch.zeros(2, EMBEDDING), False)
    adam = {net: torch.optim.Adam(net.weights.values(), lr, (0.5, 0.999), eps=1e-8) for net in (g, d)}
    scalars = []
    for step in range(count):
        image = lambda seed: pattern(seed + 10 * step, (n, size, size, 3)).permute(0, 3, 1, 2)
        text = lambda seed: pattern(seed + 10 * step, (n, EMBEDDING))
        x, h = image(1), text(2)
        wrong = (x, text(3)) if mismatch == "text" else (image(4), h)
        if not shared:
            with torch.no_grad():
                for_d = g(pattern(next(draws), (n, NOISE)), h)
        conditions = torch.cat([h, (h[: n // 2] + h[n // 2 :]) / 2]) if inter else h
        fake = g(pattern(next(draws), (len(conditions), NOISE)), conditions)
        if shared:
            for_d = fake[:n].detach()

        adam[d].zero_grad()
        s_real, s_wrong, s_fake = d(x, h), d(*wrong) if cls else None, d(for_d, h)
        loss_d = bce(s_real, 1) + (1 - cls_weight) * bce(s_fake, 0) + (cls_weight * bce(s_wrong, 0) if cls else 0)
        loss_d.backward()
        gradients = {key: value.grad.clone() for key, value in d.weights.items()}
        adam[d].step()

        adam[g].zero_grad()
        p = torch.sigmoid(d(fake, conditions).double())
        row_weights = torch.tensor([1.0] * n + [weight] * (len(conditions) - n), dtype=torch.float64)
        loss_g = F.binary_cross_entropy(p, torch.ones_like(p), weight=row_weights)  # divides by the number of rows
        loss_g.backward()
        gradients |= {key: value.grad.clone() for key, value in g.weights.items()}
        adam[g].step()

        if step == 0:
            out.update({f"gradient/{key}": value for key, value in gradients.items()})
        mean = lambda s: torch.sigmoid(s).mean().item() if s is not None else float("nan")
        scalars.append([loss_d.item(), loss_g.item(), mean(s_real), mean(s_wrong), mean(s_fake)])
    out["scalars"] = torch.tensor(scalars)
    out.update({f"final/{key}": value.detach() for net in (g, d) for key, value in net.weights.items()})
    # with mismatching texts the package passes a real image through D's trunk once, here it passes twice
    own = lambda key: key.startswith("generator") or mismatch == "image" or not cls
    out.update({f"final/{key}": value for net in (g, d) for key, value in net.running.items() if own(key)})
    shared_name = "shared" if shared else "fresh"
    save_file({key: value.contiguous() for key, value in out.items()}, HERE / f"steps-{name}-{objective}-{mismatch}-{shared_name}.safetensors")


for name, arch in ARCHITECTURES.items():
    networks(name, arch)
for shared in (True, False):
    for objective in ("gan", "gan-int"):
        steps("plain32", ARCHITECTURES["plain32"], objective, "text", shared)
    for objective in ("gan-cls", "gan-int-cls"):
        for mismatch in ("text", "image"):
            steps("plain32", ARCHITECTURES["plain32"], objective, mismatch, shared)
steps("residual64", ARCHITECTURES["residual64"], "gan-cls", "text", True)
steps("quirks32", ARCHITECTURES["quirks32"], "gan-int-cls", "image", False)
