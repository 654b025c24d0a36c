using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Platform.ModelHost.Client;
using Platform.Retrieval.Access;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Search;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Generating;

/// <summary>Makes rows from documents: each keeps the span that it was made from, and is kept only where its answer stands in the documents and its question finds it again (or, of a refusal, finds nothing).</summary>
public sealed class RowGenerator
{
    // A question's own document among so many hits counts as found.
    private const int LooksAt = 5;

    // Passages tried for a row before it is given up.
    private const int Tries = 4;

    // Below this share of its terms found, a question is held to be unanswered by the documents.
    private const double Unrelated = 0.34;

    private readonly DocumentLibrary documents;
    private readonly SearchPassages search;
    private readonly ServedModels models;
    private readonly QuestionWriter writer;

    internal RowGenerator(DocumentLibrary documents, SearchPassages search, ServedModels models, IChatClient chat) =>
        (this.documents, this.search, this.models, writer) = (documents, search, models, new(chat));

    /// <summary>Rows one after the other, with what was tried and dropped, and at the last try what is missing of the wish; ends when there are enough, or the documents are used up. DatasetException no_documents, and those of <see cref="GenerationWish.Check"/>.</summary>
    /// <param name="skip">Rows that were made before: goes on where a job was cut off.</param>
    /// <param name="stood">Kept over a failure: goes on where the same wish stood. New for the beginning.</param>
    public async IAsyncEnumerable<GeneratedItem> MakeAsync(Caller caller, GenerationWish wish, int skip, GenerationPlace stood, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(wish);
        ArgumentNullException.ThrowIfNull(stood);
        wish.Check();
        if (stood.Sentences.Count == 0)
            stood.Sentences = await SentencesAsync(caller, wish, cancellation);
        var sentences = stood.Sentences;
        if (sentences.Count == 0)
            throw new DatasetException("no_documents", "The documents that were chosen hold no whole sentences that a question could be made from. Choose others, or wait until they are ready.");
        var model = await models.ChatModelAsync(cancellation, wish.Model);
        if (!stood.TryGoOn())
            stood.Walks = [.. wish.Kinds.Select((kind, at) => new SentenceWalk(new(kind, at * sentences.Count / wish.Kinds.Count, 0, EndOf(kind, model, sentences.Count))))];
        var walks = stood.Walks!;
        for (; stood.Row < wish.Count; stood.Row++)
        {
            var row = stood.Row;
            for (var tried = 0; tried < Tries; tried++)
            {
                while (walks.Count > 0 && walks[row % walks.Count].IsAtEnd)
                    walks.RemoveAt(row % walks.Count); // the other kinds take its share
                if (walks.Count == 0)
                {
                    yield return new(row, null, null, "used_up", wish.Count - Math.Max(row, skip));
                    yield break;
                }
                var walk = walks[row % walks.Count];
                if (row < skip)
                {
                    walk.GoOn();
                    break;
                }
                var (kind, first, place) = walk.Now;
                var made = await MakeAsync(caller, wish, kind, sentences, first + place, place, model, row, cancellation);
                walk.GoOn(); // of what failed it is asked again
                if (made.Item is not null && !stood.Asked.Add(made.Item.Row.Question))
                    made = made with { Item = null, Dropped = "repeated" };
                yield return made.Item is null && tried + 1 == Tries ? made with { Missing = 1 } : made;
                if (made.Item is not null)
                    break;
            }
        }
    }

    // A rule asks the same of a sentence each time, and a model may ask something else the second time.
    private static int EndOf(QuestionKind kind, ServedModel model, int sentences) =>
        (kind == QuestionKind.Reverse || !model.CanAnswer) ? (kind == QuestionKind.Refusal ? RuleQuestions.Refusals : sentences) : 2 * sentences;

    private async Task<GeneratedItem> MakeAsync(Caller caller, GenerationWish wish, QuestionKind kind, IReadOnlyList<SourceSentence> sentences, int at, int topic, ServedModel model, int row, CancellationToken cancellation)
    {
        var sentence = sentences[at % sentences.Count];
        if (kind == QuestionKind.Refusal)
            return await RefusalAsync(caller, wish, sentence, topic, model, row, cancellation);
        var other = kind == QuestionKind.MultiHop ? Other(sentences, at) : null;
        if (kind == QuestionKind.MultiHop && other is null)
            return new(row, kind, null, "no_heading"); // of one place it would say one thing, whoever writes it
        var place = other is null ? sentence.Place : sentence.PlaceWith(other);
        // Where a statement stands is known, whatever the model.
        if (kind == QuestionKind.Reverse || !model.CanAnswer)
        {
            var rule = RuleQuestions.Of(kind, sentence, other, RuleQuestions.Question(kind, sentence, other));
            return rule is null ? new(row, kind, null, "no_heading") : await KeptAsync(caller, wish, row, kind, rule, (sentence, kind == QuestionKind.MultiHop ? other : null), place, cancellation);
        }
        var passages = kind == QuestionKind.MultiHop && other is not null ? $"{sentence.Passage.Text}\n\n{other.Passage.Text}" : sentence.Passage.Text;
        if (await writer.WriteAsync(kind, passages, sentence.IsChinese, model.Id, wish.Seed + row, caller, cancellation) is not { } written)
            return new(row, kind, null, "no_json");
        (SourceSentence, SourceSentence?)? behind = kind == QuestionKind.MultiHop && other is not null ? SourceSentence.BehindBoth(written.Answer, sentence, other) is var (first, second) ? (first, second) : null
            : SourceSentence.Behind(written.Answer, sentence.Document, sentence.Passage) is { } one ? (one, null) : null;
        return behind is { } said ? await KeptAsync(caller, wish, row, kind, TrainingRow.Answer(written.Question, written.Answer), said, place, cancellation) : new(row, kind, null, "not_in_passage");
    }

    private async Task<GeneratedItem> RefusalAsync(Caller caller, GenerationWish wish, SourceSentence sentence, int topic, ServedModel model, int row, CancellationToken cancellation)
    {
        (string Question, string Answer)? made = model.CanAnswer ? await writer.WriteAsync(QuestionKind.Refusal, sentence.Passage.Text, sentence.IsChinese, model.Id, wish.Seed + row, caller, cancellation) : RuleQuestions.Refusal(topic, sentence.IsChinese);
        if (made is not { } refusal)
            return new(row, QuestionKind.Refusal, null, "no_json");
        var hits = (await search.SearchAsync(caller, new(refusal.Question, [wish.BaseId], LooksAt), cancellation)).Hits;
        if (hits.Any(hit => Held(refusal.Question, hit.Passage.Text) > Unrelated))
            return new(row, QuestionKind.Refusal, null, "answerable");
        return new(row, QuestionKind.Refusal, new(TrainingRow.Answer(refusal.Question, refusal.Answer), "", sentence.Place)); // no document says anything of it
    }

    private async Task<GeneratedItem> KeptAsync(Caller caller, GenerationWish wish, int number, QuestionKind kind, TrainingRow row, (SourceSentence One, SourceSentence? Other) said, string place, CancellationToken cancellation)
    {
        var hits = (await search.SearchAsync(caller, new(row.Question, [wish.BaseId], LooksAt), cancellation)).Hits;
        return hits.Any(hit => hit.Passage.DocumentId == said.One.Document.Id)
            ? new(number, kind, new(row, said.One.SourceWith(said.Other), place, said.One.OriginWith(said.Other)))
            : new(number, kind, null, "not_found_again");
    }

    private static double Held(string question, string text)
    {
        var terms = QueryTerms.ContentOf(question).Distinct().ToArray();
        var held = QueryTerms.Of(text).ToHashSet(StringComparer.Ordinal);
        return terms.Length == 0 ? 0 : (double)terms.Count(held.Contains) / terms.Length;
    }

    // Of the same document: a row of two would hold both to one side.
    private static SourceSentence? Other(IReadOnlyList<SourceSentence> sentences, int place)
    {
        var sentence = sentences[place % sentences.Count];
        for (var step = 1; step < sentences.Count; step++)
            if (sentences[(place + step) % sentences.Count] is var other && other.Document.Id == sentence.Document.Id && other.IsChinese == sentence.IsChinese && other.Heading != sentence.Heading && other.Heading.Length > 0)
                return other;
        return null;
    }

    private async Task<IReadOnlyList<SourceSentence>> SentencesAsync(Caller caller, GenerationWish wish, CancellationToken cancellation)
    {
        List<SourceSentence> found = [];
        foreach (var document in await documents.ListAsync(caller, wish.BaseId, cancellation))
        {
            if (document.State != DocumentState.Ready || (wish.DocumentIds.Count > 0 && !wish.DocumentIds.Contains(document.Id)))
                continue;
            foreach (var passage in await documents.PassagesAsync(caller, document.Id, cancellation))
                found.AddRange(SourceSentence.Of(document, passage));
        }
        var order = found.ToArray();
        new Random(unchecked((int)wish.Seed)).Shuffle(order); // picks, hides nothing
        return order;
    }
}
