namespace Platform.Web.Features.Training;

/// <summary>Settings that go together, by name as in <see cref="JobSetting"/>.</summary>
public sealed record JobPreset(string Name, IReadOnlyDictionary<string, string> Numbers)
{
    public static IReadOnlyList<JobPreset> All { get; } =
    [
        new("Quick", new Dictionary<string, string> { [JobSetting.Epochs] = "1" }),
        new("Balanced", new Dictionary<string, string>()),
        new("Thorough", new Dictionary<string, string> { [JobSetting.Epochs] = "8", [JobSetting.Rank] = "32", [JobSetting.LearningRate] = "0.0001", [JobSetting.Patience] = "5" }),
        new("Small", new Dictionary<string, string> { [JobSetting.Epochs] = "20", [JobSetting.LearningRate] = "0.002" }), // measured in docs/training.md
    ];

    private const long FewParameters = 300_000_000;
    private const int FewRows = 100;

    /// <summary>The one to begin with: the usual rate hardly moves a small model, and a few dozen rows are soon gone through.</summary>
    /// <param name="parameters">Of the base.</param>
    /// <param name="rows">To learn from.</param>
    public static JobPreset For(long parameters, int rows) => All.First(preset => preset.Name == (parameters is > 0 and < FewParameters || rows < FewRows ? "Small" : "Balanced"));
}
