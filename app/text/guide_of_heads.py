"""Words of the guide about heads and tokens: what the numbers of the atlas say, and what not."""

from __future__ import annotations

from app.state.language import N
from app.text.guide_entry import GuideEntry

HEAD_WORDS = (
    GuideEntry(
        "entropy",
        N("guide", "Entropy"),
        N(
            "guide",
            "How evenly a head spreads its attention: 1 is everywhere alike, 0 is one key alone. "
            "It is a mean over queries, each divided by the logarithm of the number of keys.",
        ),
        N(
            "guide",
            "A low entropy says that the head is choosy, not that it chooses well, and not where. "
            "Heads of blocks with different numbers of keys can be compared, as each is divided "
            "by its own largest value.",
        ),
    ),
    GuideEntry(
        "distance",
        N("guide", "Attention distance"),
        N(
            "guide",
            "How far a query looks on average, weighted by its attention on patches. Within a "
            "frame it is in pixels of the model's input, along time in sampled frames.",
        ),
        N(
            "guide",
            "A head that looks everywhere alike has a large distance too: read it beside the "
            "entropy. The class token has no place, so its row has no distance (after "
            "Dosovitskiy et al., 2021, section 4.5).",
        ),
    ),
    GuideEntry(
        "centre_share",
        N("guide", "Share in the centre"),
        N(
            "guide",
            "The share of a head's attention on patches that lies in the middle of the picture, "
            "half as wide and half as high. Even attention has 25 %.",
        ),
        N(
            "guide",
            "Most objects lie in the middle of a frame. A head that always looks there finds them "
            "without seeing them: compare clips before you call it an object head.",
        ),
    ),
    GuideEntry(
        "content_position",
        N("guide", "Content and position"),
        N(
            "guide",
            "How much the relative positions change where patches look, 0 to 1. It is half the "
            "sum of absolute differences between a row and the row of content alone.",
        ),
        N(
            "guide",
            "0 says that positions do nothing, 1 that nothing of the row is left without them. "
            "The class token has no position term. Display > Map shows both parts as maps.",
        ),
    ),
    GuideEntry(
        "pca",
        N("guide", "PCA colours"),
        N(
            "guide",
            "Three principal components of a block's tokens as red, green and blue: tokens of one "
            "colour hold alike things. The colour bar says how much of the variance they show.",
        ),
        N(
            "guide",
            "A colour has no meaning of its own and another block has other colours. Along a clip "
            "they stay, as the components are fitted once, on its first window. What lies in "
            "other components is not seen (Oquab et al., 2023, section 7.5; Amir et al., 2021).",
        ),
    ),
    GuideEntry(
        "similarity",
        N("guide", "Similarity to a token"),
        N(
            "guide",
            "The cosine between each token of a block and the picked one: 1 holds the same, 0 has "
            "nothing in common, below 0 it holds the opposite. Q and a drag move it.",
        ),
        N(
            "guide",
            "Alike tokens need not attend to each other, and in deep blocks all tokens grow alike: "
            "compare values within one block. It is of the tokens, so no head and no class enters.",
        ),
    ),
)
"""Entries of the atlas."""
