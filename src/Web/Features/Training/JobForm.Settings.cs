using System.Text.Json;

namespace Platform.Web.Features.Training;

/// <summary>The settings that a preset keeps: how is learned, and neither of what nor on what.</summary>
public sealed partial class JobForm
{
    private sealed record Kept(IReadOnlyDictionary<string, string> Numbers, IReadOnlyList<string> Targets, bool StopsEarly, bool SavesMemory, string Device, string Precision, bool IsElsewhere);

    /// <summary>As text, to be kept.</summary>
    public string SettingsText => JsonSerializer.Serialize(new Kept(Numbers, [.. AllTargets.Where(Targets.Contains)], StopsEarly, SavesMemory, Device, Precision, IsElsewhere));

    /// <summary>Takes what <see cref="SettingsText"/> was; false, with nothing changed, where it is no such text.</summary>
    public bool TakeSettings(string text)
    {
        Kept? kept;
        try
        {
            kept = JsonSerializer.Deserialize<Kept>(text);
        }
        catch (JsonException)
        {
            return false;
        }
        if (kept is not { Numbers: { } numbers, Targets: { } targets } || !Devices.Contains(kept.Device) || !Precisions.Contains(kept.Precision))
        {
            return false;
        }
        Numbers.Clear();
        foreach (var (name, value) in numbers.Where(number => JobSetting.All.Any(setting => setting.Name == number.Key)))
        {
            Numbers[name] = value;
        }
        Targets.Clear();
        Targets.UnionWith(targets.Where(AllTargets.Contains));
        (StopsEarly, SavesMemory, Device, Precision, IsElsewhere) = (kept.StopsEarly, kept.SavesMemory, kept.Device, kept.Precision, kept.IsElsewhere);
        return true;
    }
}
