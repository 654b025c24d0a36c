using System.Text.Json;
using Platform.ModelHost.Client.Admin;

namespace Platform.Web.Features.Training;

/// <summary>Rows by which a version's loss was measured in the place of those that its job held out.</summary>
/// <param name="Name">Of their file.</param>
/// <param name="Leaked">How many were left out because its job learned them; null where nobody knows what it learned.</param>
public sealed record NamedRows(string Name, int? Leaked)
{
    /// <summary>Null where it was measured by its job's own rows, or not at all.</summary>
    public static NamedRows? Of(AdminAdapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        return adapter.Metrics is { ValueKind: JsonValueKind.Object } metrics && metrics.TryGetProperty("held_out", out var part) && part.ValueKind == JsonValueKind.Object
            && part.TryGetProperty("filename", out var name) && name.ValueKind == JsonValueKind.String
            ? new(name.GetString()!, part.TryGetProperty("leaked", out var leaked) && leaked.ValueKind == JsonValueKind.Number && leaked.TryGetInt32(out var rows) ? rows : null) : null;
    }
}
