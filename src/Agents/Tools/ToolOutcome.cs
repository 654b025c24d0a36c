using System.Runtime.InteropServices;
using System.Text.Json;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools;

/// <summary>What a call came to. The text is untrusted: whoever shows it to a model fences it.</summary>
/// <param name="Text">For the model, at most <see cref="MaxCharacters"/>; of an error, a sentence that says what to do.</param>
/// <param name="Data">The same as data, where there is any, at most <see cref="MaxDataBytes"/>; for the trace and for tests.</param>
/// <param name="Citations">What the numbers in the text stand for.</param>
public sealed record ToolOutcome(string Text, JsonElement? Data, IReadOnlyList<Citation> Citations, bool IsError)
{
    /// <summary>The most that one call may put before a model, characters.</summary>
    public const int MaxCharacters = 16_000;

    /// <summary>The most data of one call, UTF-8 bytes of its JSON: it is stored with the run, sent to all who follow it, and copied into forks and tests.</summary>
    public const int MaxDataBytes = 64 * 1024;

    /// <summary>True when a person must decide something before the call can come to an end: it is made again then.</summary>
    public bool IsWaiting { get; init; }

    /// <summary>What failed, where the program itself says so.</summary>
    public ToolFailure? Failure { get; init; }

    /// <summary>Tokens that models took for it.</summary>
    public int Tokens { get; init; }

    /// <summary>Calls of tools that were made for it.</summary>
    public int Calls { get; init; }

    /// <summary>Whether it did as asked and found nothing.</summary>
    public bool IsEmpty { get; init; }

    public static ToolOutcome Waiting { get; } = new("A person must decide first.", null, [], IsError: false) { IsWaiting = true };

    public static ToolOutcome Of(string text, JsonElement? data = null, IReadOnlyList<Citation>? citations = null) => new(text, data, citations ?? [], IsError: false);

    /// <param name="failure">Null where the words are those of a stranger.</param>
    public static ToolOutcome Failed(string sentence, ToolFailure? failure = null) => new(sentence, null, [], IsError: true) { Failure = failure };

    /// <summary>The outcome cut to <see cref="MaxCharacters"/>, saying so, and without data that is too large, or that cannot be stored.</summary>
    internal ToolOutcome Bounded(ToolTexts texts)
    {
        var bounded = Data is { } data && (JsonMarshal.GetRawUtf8Value(data).Length > MaxDataBytes || !CanBeWritten(data)) ? this with { Data = null } : this;
        if (Text.Length <= MaxCharacters)
            return bounded;
        var kept = ShortText.Cut(Text, MaxCharacters - 100);
        return bounded with { Text = $"{kept}\n{texts.Cut(Text.Length - kept.Length)}" };
    }

    /// <summary>Whether its texts are texts: an escape may be half of a character, as a tool writes it that cuts its texts off.</summary>
    private static bool CanBeWritten(JsonElement data)
    {
        try
        {
            using Utf8JsonWriter nowhere = new(Stream.Null);
            data.WriteTo(nowhere);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
