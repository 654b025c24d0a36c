#!/usr/bin/env python3
"""Reference values for TextMeasuresTests, computed otherwise than the product does: F1 over a multiset,
ROUGE-L by recursion with a memo, BLEU in exact fractions. Prints text-measures.json:

    python3 text-measures.py > text-measures.json
"""
import json, math, re, sys, unicodedata
from collections import Counter
from fractions import Fraction
from functools import lru_cache

PAIRS = [
    ("The annual leave is 25 days.", "Employees have 25 days of annual leave."),
    ("With pleasure: Borin works at the mill.", "With pleasure: Borin works at the old library."),
    ("年假是二十五天。", "员工每年享有二十五天带薪年假。"),
    ("２５天 annual leave，经理批准", "25天年假 (annual leave)，由经理在三天内批准"),
    ("an answer that has nothing of it", "wholly other words"),
    ("", "something"),
    ("it's a résumé of the naïve", "its résumé"),
    ("the the the the", "the cat the mat"),
]

def tokens(text):
    text = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text).lower()
    text = re.sub("['’]", "", text)
    return re.findall(r"[一-鿿]|(?:(?![一-鿿])[^\W_])+", text)

def plain(text):
    return [t for t in tokens(text) if t not in ("a", "an", "the")]

def f1(answer, wanted):
    a, w = plain(answer), plain(wanted)
    if not a or not w:
        return float(len(a) == len(w))
    same = (Counter(a) & Counter(w)).total()
    p, r = Fraction(same, len(a)), Fraction(same, len(w))
    return float(2 * p * r / (p + r)) if same else 0.0

def rouge_l(answer, wanted):
    a, w = tuple(tokens(answer)), tuple(tokens(wanted))
    @lru_cache(None)
    def lcs(i, j):
        if i == len(a) or j == len(w):
            return 0
        return 1 + lcs(i + 1, j + 1) if a[i] == w[j] else max(lcs(i + 1, j), lcs(i, j + 1))
    n = lcs(0, 0)
    if n == 0:
        return 0.0
    p, r = Fraction(n, len(a)), Fraction(n, len(w))
    return float(2 * p * r / (p + r))

def bleu(pairs):
    grams = lambda t, n: Counter(tuple(t[i:i + n]) for i in range(len(t) - n + 1))
    found, total, given, wanted = [0] * 4, [0] * 4, 0, 0
    for answer, reference in pairs:
        a, w = tokens(answer), tokens(reference)
        given, wanted = given + len(a), wanted + len(w)
        for n in range(4):
            found[n] += (grams(a, n + 1) & grams(w, n + 1)).total()
            total[n] += grams(a, n + 1).total()
    if not found[0]:
        return 0.0
    parts, misses = [], 0
    for hit, all_ in zip(found, total):
        if all_:
            misses += not hit
            parts.append(Fraction(hit, all_) if hit else Fraction(1, 2 ** misses * all_))
    return min(1.0, math.exp(1 - wanted / given)) * math.prod(float(p) ** (1 / len(parts)) for p in parts)

rows = [{"answer": a, "expected": w, "exact": plain(a) == plain(w), "f1": f1(a, w), "rouge_l": rouge_l(a, w), "bleu": bleu([(a, w)])} for a, w in PAIRS]
json.dump({"rows": rows, "bleu": bleu(PAIRS)}, sys.stdout, ensure_ascii=False, indent=1)
print()
