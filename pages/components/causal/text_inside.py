"""The words of *Look inside*."""

TITLE = "Look inside"
WEIGHTS_READ = "how far forgetting moved each layer's weights, as a part of their size."
WEIGHTS_NOT = (
    "which layer matters: a small change can do all the work, a large one none. The figure above, which exchanges "
    "layers, measures that."
)
GIVEN = "the image"
MAPS_READ = (
    "each small picture is one channel of a layer, for this image; those that changed most come first, and all of a "
    "layer have one scale."
)
MAPS_NOT = (
    "whether something was forgotten. Channels of the retrained network do not correspond: it was trained separately, "
    "so only the kinds of pattern can be compared."
)
SALIENCY_READ = "the stronger a pixel, the more a small change of it changes the score; each picture has its own scale."
SALIENCY_NOT = (
    "why the network answers so, nor what it knows: such pictures can look alike in a network that knows nothing. They "
    "illustrate, and prove nothing."
)
HOW = r"""
Weights: $\lVert \theta_u - \theta_o \rVert / \lVert \theta_o \rVert$ of each layer, without statistics of batch
normalisation. Channels: outputs of the first layers that keep the image's shape, in evaluation mode; their change is
$\lVert f_u(x) - f_o(x) \rVert / \lVert f_o(x) \rVert$. Saliency: $|\partial z_y / \partial x|$, of the score $z_y$
before the softmax, the strongest colour of each pixel (Simonyan, Vedaldi, Zisserman, arXiv:1312.6034); likeness is
Spearman's rank correlation over pixels. On what it cannot show: Adebayo et al., Sanity checks for saliency maps,
NeurIPS 2018, arXiv:1810.03292.
"""
