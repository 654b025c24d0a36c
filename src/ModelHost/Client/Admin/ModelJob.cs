namespace Platform.ModelHost.Client.Admin;

public enum ModelJobKind { Other, Quantize, Perplexity, Merge, Convert, Measure }

public enum ModelJobState { Queued, Running, Completed, Failed, Cancelled }

/// <summary>Work on a model's file, as it stands.</summary>
/// <param name="Progress">0 to 1.</param>
/// <param name="Quantized">What came out of quantising; null before that and for other work.</param>
/// <param name="Perplexity">What came out of measuring; null before that and for other work.</param>
/// <param name="Failure">The service's own reason; null where it did not fail.</param>
public sealed record ModelJob(
    string Id, ModelJobKind Kind, string Model, ModelJobState State, double Progress, QuantizedModel? Quantized, MeasuredPerplexity? Perplexity, string? Failure, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt)
{
    /// <summary>The reason for programs; null where the service gave none.</summary>
    public string? FailureCode { get; init; }

    /// <summary>What it waits for where that is more than its turn, as room in memory: the service's own words.</summary>
    public string? Waits { get; init; }

    /// <summary>Id of the model that merging made, or of the adapter that converting made or measuring measured.</summary>
    public string? Made { get; init; }

    /// <summary>How a model that was merged or made smaller compares with what it was made of; null before that and for other work.</summary>
    public ModelCheck? Check { get; init; }
}

/// <summary>The perplexity on the text that comes with the service.</summary>
/// <param name="Before">Of what the model was made of.</param>
/// <param name="After">Of the new model.</param>
/// <param name="Problem">Why there are no numbers, in the service's own words; null where there are.</param>
public sealed record ModelCheck(double? Before, double? After, string? Problem)
{
    /// <summary>How a merged model answers beside its base with the adapter; null of others, and of an older service.</summary>
    public ModelCheckAnswers? Answers { get; init; }

    /// <summary>The weights of a merged model are quantised, so that merging rounded them anew.</summary>
    public bool IsRounded { get; init; }
}

/// <summary>The same prompts put to both, always taking the likeliest token.</summary>
/// <param name="Asked">Null where they could not be asked.</param>
/// <param name="Same">Answered the same to the letter.</param>
/// <param name="Problem">Why there are no numbers, in the service's own words; null where there are.</param>
public sealed record ModelCheckAnswers(int? Asked, int? Same, string? Problem);

/// <param name="Model">The new model's id.</param>
/// <param name="IsRequantized">True when the weights had been quantised before, which costs a little quality.</param>
public sealed record QuantizedModel(string Model, long BytesBefore, long BytesAfter, string Sha256, bool IsRequantized);

/// <param name="Value">1 foretells every token; the size of the vocabulary none.</param>
/// <param name="StandardError">Of the value.</param>
/// <param name="Tokens">Tokens that were foretold.</param>
public sealed record MeasuredPerplexity(double Value, double StandardError, int Tokens);
