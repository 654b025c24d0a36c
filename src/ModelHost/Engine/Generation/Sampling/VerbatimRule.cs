using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation.Sampling;

/// <summary>Lets an answer be nothing but spans of passages, each followed by its mark ` [n]`. Spans begin and end between words, and no place is quoted twice. It follows every place that the tokens so far may come from, so that what stands twice can go on either way.</summary>
internal sealed class VerbatimRule : ITokenRule
{
    private readonly Tokenizer tokenizer;
    private readonly VerbatimOptions options;
    private readonly QuotedPassage[] passages;
    private readonly HashSet<int> allowed = [];
    private List<Place> places = [], next = []; // empty between spans
    private int[] choices = [];
    private int left, spans;

    /// <param name="tokenizer">The model's.</param>
    /// <param name="options">Checked.</param>
    /// <param name="budget">Tokens that the answer may have: within them the last span gets its mark.</param>
    /// <exception cref="EngineException">Kind BadRequest: a passage that the model's tokens do not spell, or no room for a span.</exception>
    internal VerbatimRule(Tokenizer tokenizer, VerbatimOptions options, int budget)
    {
        (this.tokenizer, this.options, left) = (tokenizer, options, budget);
        passages = [.. options.Passages.Select((text, i) => new QuotedPassage(tokenizer, text, i + 1))];
        Choose();
        if (allowed.Count == 0) { throw new EngineException(EngineErrorKind.BadRequest, $"An answer of {budget} tokens has no room for a span with its mark, or the passages have no words. Allow more tokens.") { Parameter = "verbatim" }; }
    }

    public bool IsNarrow => true;

    public bool Allows(int token) => allowed.Contains(token);

    public void Narrow(TokenCandidates candidates, ReadOnlySpan<float> logits) => candidates.Fill(choices, logits);

    public void Accept(int token)
    {
        next.Clear();
        if (places.Count == 0) { Begin(token); }
        foreach (var place in places)
        {
            var passage = passages[place.Passage];
            if (place.Mark < 0 && passage.MayGoOn(place.At, left) && passage.Tokens[place.At + 1] == token) { next.Add(place with { At = place.At + 1 }); }
            if (MayMark(place) && passage.Mark[place.Mark + 1] == token) { next.Add(place with { Mark = place.Mark + 1 }); }
        }
        left--;
        (places, next) = (next, places);
        var closed = places.FindIndex(p => p.Mark == passages[p.Passage].Mark.Length - 1);
        if (closed >= 0)
        {
            passages[places[closed].Passage].Use(places[closed].From, places[closed].At);
            spans++;
            places.Clear();
        }
        Choose();
    }

    public void Dispose() => allowed.Clear();

    private void Begin(int token)
    {
        for (var p = 0; p < passages.Length; p++)
        {
            foreach (var at in passages[p].Beginnings(token, left)) { next.Add(new Place(p, at, at, Mark: -1)); }
        }
    }

    /// <summary>True when a mark may begin or goes on.</summary>
    private bool MayMark(Place place) => place.Mark >= 0 || passages[place.Passage].MayEnd(place.At, left, place.At - place.From + 1 >= options.MinSpan);

    private void Choose()
    {
        allowed.Clear();
        foreach (var place in places)
        {
            var passage = passages[place.Passage];
            if (place.Mark < 0 && passage.MayGoOn(place.At, left)) { allowed.Add(passage.Tokens[place.At + 1]); }
            if (MayMark(place)) { allowed.Add(passage.Mark[place.Mark + 1]); }
        }
        if (places.Count == 0)
        {
            foreach (var passage in spans < options.MaxSpans ? passages : []) { allowed.UnionWith(passage.BeginningTokens(left)); }
            if (spans > 0) { allowed.UnionWith(tokenizer.EndTokens); }
        }
        choices = [.. allowed];
    }

    /// <summary>Where the answer may be: in a span, or in its mark.</summary>
    /// <param name="From">The span's first token.</param>
    /// <param name="At">Its last so far.</param>
    /// <param name="Mark">The mark's last token so far; -1 before it.</param>
    private readonly record struct Place(int Passage, int From, int At, int Mark);
}
