using System.Globalization;
using System.Text;
using System.Text.Json;
using Platform.Benchmarks.Engine;

Console.OutputEncoding = Encoding.UTF8;
if (args is not ["engine", .. var options] || options.Except(["--json", "--short"]).Any())
{
    await Console.Error.WriteLineAsync("usage: ./platform bench engine [--json] [--short]   (--short: few and short rounds, which prove that it works and measure little)");
    return 2;
}

var rows = await EngineBench.RunAsync(options.Contains("--short") ? Lengths.Short : Lengths.Full, text => Console.Error.WriteLine(text));
if (options.Contains("--json"))
{
    Console.WriteLine(JsonSerializer.Serialize(new { rows }, JsonSerializerOptions.Web));
}
else
{
    Console.WriteLine($"{"",-66} {"ours",10} {"peer",10} {"ratio",7} {"bar",7}");
    foreach (var row in rows)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Name,-66} {row.Ours,10:0.###} {row.Peer,10:0.###} {row.Ratio,7:0.000} {row.Bar,7:0.###} {(row.Holds ? "holds" : "DOES NOT HOLD")}  {row.Detail}"));
    }
}

return rows.All(row => row.Holds) ? 0 : 1;
