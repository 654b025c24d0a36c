namespace Platform.ModelHost.Engine.Tokens.Jinja;

/// <summary>Why a template gave no text.</summary>
internal enum TemplateFault
{
    /// <summary>It is not in the subset of Jinja that is understood.</summary>
    Syntax,

    /// <summary>It failed on these values.</summary>
    Evaluation,

    /// <summary>It called raise_exception: it refuses this conversation, and the message says why.</summary>
    Raised,

    /// <summary>It ran into a limit of <see cref="TemplateLimits"/>.</summary>
    Limit,
}

/// <summary>A template that cannot be read or applied. Its message may hold text of the template and of the conversation: untrusted.</summary>
internal sealed class TemplateException(TemplateFault fault, string message, int line = 0) : Exception(line > 0 ? $"{message} (line {line} of the template)" : message)
{
    internal TemplateFault Fault { get; } = fault;

    /// <summary>Line of the template, from 1; 0 where the place is not known yet.</summary>
    internal int Line { get; } = line;

    /// <summary>The message without the place.</summary>
    internal string Reason { get; } = message;

    internal static TemplateException Evaluation(string message) => new(TemplateFault.Evaluation, message);

    internal static TemplateException Limit(string message) => new(TemplateFault.Limit, message);
}
