using System.CommandLine;
using System.Text.Json;
using Platform.Web.Commands.Doctor;

namespace Platform.Web.Commands;

/// <summary>`doctor`: what is found and what is missing, with the one line that mends it. Exit code 1 when something needed is missing.</summary>
internal static class DoctorCommand
{
    internal static Command Create()
    {
        var data = SharedOptions.Data("./data");
        var model = SharedOptions.Model();
        var json = new Option<bool>("--json") { Description = "Print the findings as JSON." };
        var command = new Command("doctor", "Say what is found and what is missing.") { data, model, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var findings = new List<Finding>();
            findings.AddRange(MachineChecks.All());
            findings.AddRange(await ProgramChecks.AllAsync(SharedOptions.DataFolderOf(parsed.GetValue(data)), parsed.GetValue(model), cancellation));
            Print(findings, parsed.GetValue(json));
            return findings.Any(f => f.State == FindingState.Missing) ? 1 : 0;
        });
        return command;
    }

    private static void Print(List<Finding> findings, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(findings.Select(f => new { name = f.Name, state = f.State.ToString().ToLowerInvariant(), found = f.Found, fix = f.Fix }), JsonSerializerOptions.Web));
            return;
        }
        var width = findings.Max(f => f.Name.Length);
        foreach (var finding in findings)
        {
            var mark = finding.State switch { FindingState.Good => "ok  ", FindingState.Note => "note", _ => "MISS" };
            Console.WriteLine($"{mark}  {finding.Name.PadRight(width)}  {finding.Found}{(finding.Fix is null ? "" : $"\n{new string(' ', width + 8)}{finding.Fix}")}");
        }
    }
}
