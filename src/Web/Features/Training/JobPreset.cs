using System.Globalization;

namespace Platform.Web.Features.Training;

/// <summary>Settings that go together, by name as in <see cref="JobSetting"/>.</summary>
public sealed record JobPreset(string Name, IReadOnlyDictionary<string, string> Numbers)
{
    private const string Few = "Small";
    private const long FewParameters = 300_000_000;

    // Measured on the embedded model, docs/log.md: with more, what is forgotten of other texts comes near the gate's limit; with fewer, little is learned.
    private const int FewSteps = 140, LeastEpochs = 3, MostEpochs = 20;
    private const string SmallRate = "0.0004";

    /// <summary>Those to choose from; how often each row is learned in the one for few rows goes with how many there are.</summary>
    /// <param name="parameters">Of the base; 0 where they are not known.</param>
    /// <param name="rows">To learn from.</param>
    public static IReadOnlyList<JobPreset> For(long parameters, int rows) =>
    [
        new("Quick", new Dictionary<string, string> { [JobSetting.Epochs] = "1" }),
        new("Balanced", new Dictionary<string, string>()),
        new("Thorough", new Dictionary<string, string> { [JobSetting.Epochs] = "8", [JobSetting.Rank] = "32", [JobSetting.LearningRate] = "0.0001", [JobSetting.Patience] = "5" }),
        new(Few, new Dictionary<string, string>([
            KeyValuePair.Create(JobSetting.Epochs, EpochsFor(rows).ToString(CultureInfo.InvariantCulture)),
            .. IsSmall(parameters) ? [KeyValuePair.Create(JobSetting.LearningRate, SmallRate)] : Array.Empty<KeyValuePair<string, string>>(),
        ])),
    ];

    /// <summary>The one to begin with: the usual rate hardly moves a small model, and a few dozen rows are soon gone through.</summary>
    /// <inheritdoc cref="For"/>
    public static JobPreset Suggested(long parameters, int rows) => For(parameters, rows).First(preset => preset.Name == (IsSmall(parameters) || EpochsFor(rows) > LeastEpochs ? Few : "Balanced"));

    /// <summary>Whether it is taken for a small model.</summary>
    public static bool IsSmall(long parameters) => parameters is > 0 and < FewParameters;

    /// <summary>Whether it is for few rows, or a small model.</summary>
    public bool IsForFew => Name == Few;

    private static int EpochsFor(int rows) => Math.Clamp((int)Math.Round((double)FewSteps / StepsAnEpoch(rows)), LeastEpochs, MostEpochs);

    // By the size of a step that the service takes where none is chosen.
    private static int StepsAnEpoch(int rows) => (Math.Max(1, rows) + Batch(rows) - 1) / Batch(rows);

    private static int Batch(int rows) => Math.Clamp(rows / 16, 1, 8);
}
