using System.Globalization;
using System.Text.Json;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Server.FineTuning;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Measures;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Adapters;

/// <summary>Judges versions by how they compare with their base: on rows that were held out, on a general text, and on the golden questions that the job named. One that does not pass, or was not measured, goes into production with a reason only, wherever it was made.</summary>
internal sealed class AdapterGate(TrainingOptions options)
{
    /// <summary>Where a version's metrics keep how golden questions were answered, or why they were not.</summary>
    public const string Golden = "golden";

    /// <summary>Where they keep which questions a version is asked, when they were named after it was made.</summary>
    public const string Questions = "golden_questions";

    private const string HeldOutLoss = "held_out_loss", GoldenWrong = "golden_wrong";
    private const int LongestReason = 1_000;
    private const long LatestTime = 253_402_300_799; // the year 9999
    private const string GoldenKey = "golden_file"; // of the job's metadata, which go into the lineage

    /// <summary>How a version stands; null for a file that was put into the folder by hand, which is no version.</summary>
    public GateBody? Judge(AdapterInfo adapter)
    {
        if (adapter.Version == 0)
        {
            return null;
        }

        List<GateCheckBody> checks =
        [
            Check(HeldOutLoss, Number(adapter, VersionMeasures.HeldOut, "loss"), Number(adapter, VersionMeasures.HeldOut, "base_loss"), options.MostLossRatio),
            Check("general_perplexity", Number(adapter, VersionMeasures.General, "perplexity"), Number(adapter, VersionMeasures.General, "base_perplexity"), options.MostPerplexityRatio),
        ];
        if (AdapterLineage.Says(adapter, GoldenKey) || Told(adapter, Questions, GoldenKey) is not null)
        {
            checks.Add(Failure(adapter) is { } failed ? Check(GoldenWrong, null, null, options.MostGoldenRatio) with { Error = failed }
                : Check(GoldenWrong, Number(adapter, Golden, "wrong"), Number(adapter, Golden, "base_wrong"), options.MostGoldenRatio));
        }

        return new GateBody(checks.TrueForAll(check => check.Passed), checks);
    }

    /// <summary>The reason to keep with a version that is let through, or null where it needs none.</summary>
    /// <exception cref="RequestRefused">It does not pass, and there is no reason.</exception>
    public string? Pass(AdapterInfo adapter, string? reason)
    {
        if (reason is { Length: > LongestReason })
        {
            throw new RequestRefused(Problem.Invalid("override_reason", $"'override_reason' has {reason.Length} characters; {LongestReason} is the most."));
        }

        if (Judge(adapter) is not { Passed: false } gate)
        {
            return null;
        }

        return string.IsNullOrWhiteSpace(reason)
            ? throw new RequestRefused(new Problem(409, "conflict_error", "gate_failed", $"The version {adapter.Version} of '{adapter.Name}' does not pass the gate: {string.Join("; ", gate.Checks.Where(check => !check.Passed).Select(Sentence))}. Send 'override_reason' to let it through all the same.", "override_reason"))
            : reason.Trim();
    }

    private static GateCheckBody Check(string name, double? value, double? plain, double most)
    {
        var limit = Finite(plain * most);
        return new GateCheckBody(name, value, plain, limit, value <= limit && !HasLearnedNothing(name, value, plain));
    }

    /// <summary>The best weights were those before the first step.</summary>
    private static bool HasLearnedNothing(string name, double? value, double? plain) => name == HeldOutLoss && value == plain;

    private static string Sentence(GateCheckBody check) => check.Error is { } error ? $"its {check.Name} could not be measured ({error.Message})"
        : check.Value is null ? $"its {check.Name} was not measured"
        : HasLearnedNothing(check.Name, check.Value, check.Base) ? $"its {check.Name} is its base's, so it has learned nothing"
        : string.Create(CultureInfo.InvariantCulture, $"its {check.Name} is {check.Value:0.0000}, and {check.Limit:0.0000} is the most (the base's is {check.Base:0.0000})");

    private static double? Number(AdapterInfo adapter, string part, string name) => Told(adapter, part, name) is { ValueKind: JsonValueKind.Number } number ? Finite(number.GetDouble()) : null;

    /// <summary>Metrics may come with an import: what JSON cannot write again, such as 1e999 read as a number, counts as not measured.</summary>
    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private static GateFailureBody? Failure(AdapterInfo adapter) =>
        Told(adapter, Golden, "error") is { ValueKind: JsonValueKind.Object } error && error.TryGetProperty("code", out var code) && error.TryGetProperty("message", out var message) && code.ValueKind == JsonValueKind.String && message.ValueKind == JsonValueKind.String
            ? new GateFailureBody(code.GetString()!, message.GetString()!, error.TryGetProperty("at", out var at) ? Seconds(at) : 0)
        : Measure.IsWithoutModel(adapter.Metrics) ? new GateFailureBody("without_model", "The search found nothing for any of the questions: neither the base nor the version was asked.", Seconds(Told(adapter, Golden, "at"))) : null;

    private static long Seconds(JsonElement? at) => at is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var seconds) && seconds is >= 0 and <= LatestTime ? seconds : 0;

    private static JsonElement? Told(AdapterInfo adapter, string part, string name) =>
        adapter.Metrics is { ValueKind: JsonValueKind.Object } metrics && metrics.TryGetProperty(part, out var inner) && inner.ValueKind == JsonValueKind.Object && inner.TryGetProperty(name, out var told) ? told : null;
}
