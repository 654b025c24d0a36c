using System.Reflection;

namespace Platform.Agents.Answering.Generating;

/// <summary>The instructions and the frame of a prompt, from answer.prompt.md in the question's language.</summary>
internal sealed class AnswerPrompt
{
    private static readonly AnswerPrompt English = Load("answer.prompt.md"), Chinese = Load("answer.prompt.zh.md");

    private readonly string frame;

    private AnswerPrompt(string instructions, string frame) => (Instructions, this.frame) = (instructions, frame);

    /// <summary>The system text.</summary>
    public string Instructions { get; }

    public static AnswerPrompt For(AnswerLanguage language) => language == AnswerLanguage.Chinese ? Chinese : English;

    /// <summary>The user's message: the fenced passages, then the question.</summary>
    public string Fill(string passages, string question)
    {
        // The frame is cut, not searched and replaced: a passage that holds a placeholder changes nothing.
        var (before, rest) = Cut(frame, "{{passages}}");
        var (between, after) = Cut(rest, "{{question}}");
        return string.Concat(before, passages, between) + question + after;
    }

    private static AnswerPrompt Load(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The prompt {name} is not in the assembly. This is a bug.");
        using var reader = new StreamReader(stream);
        var (instructions, frame) = Cut(reader.ReadToEnd().ReplaceLineEndings("\n"), "\n---\n");
        return new(instructions.Trim(), frame.Trim());
    }

    private static (string Before, string After) Cut(string text, string at)
    {
        var place = text.IndexOf(at, StringComparison.Ordinal);
        return place < 0 ? throw new InvalidOperationException($"A prompt lacks '{at.Trim()}'. This is a bug.") : (text[..place], text[(place + at.Length)..]);
    }
}
