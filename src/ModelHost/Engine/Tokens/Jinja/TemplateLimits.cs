namespace Platform.ModelHost.Engine.Tokens.Jinja;

/// <summary>How much one application of a template may cost, or all those of a trial together. Templates come in model files and are not trusted.</summary>
internal sealed record TemplateLimits
{
    internal static TemplateLimits Default { get; } = new();

    /// <summary>For all that is tried when a model is loaded: short conversations, some twenty of them. The longest known template takes some ten thousand steps for them.</summary>
    internal static TemplateLimits Trial { get; } = new() { Steps = 1_000_000, Characters = 4_000_000, Time = TimeSpan.FromSeconds(2) };

    /// <summary>Nodes evaluated, list items visited, and one for each 64 characters made. Default 10 million; a prompt of a hundred messages takes some ten thousand.</summary>
    internal long Steps { get; init; } = 10_000_000;

    /// <summary>Characters of one text, and of everything written. Default 32 million.</summary>
    internal long Characters { get; init; } = 32_000_000;

    /// <summary>Macros that call each other. Default 64.</summary>
    internal int CallDepth { get; init; } = 64;

    /// <summary>Default 3 seconds.</summary>
    internal TimeSpan Time { get; init; } = TimeSpan.FromSeconds(3);
}
