using System.Diagnostics;
using System.Globalization;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tests.Planning;
using Platform.Agents.Tools.Tables;

namespace Platform.Agents.Tests;

/// <summary>What the test program does when it is started as a child: to be killed, since nothing else dies like a process, or to measure with nothing beside it.</summary>
internal static class ChildProgram
{
    private const string Mark = "--as-child";

    /// <summary>The program's entry: tests, or one of the children below.</summary>
    public static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case [Mark, "write", var folder, var run, var moment]:
                await KilledWriterTests.WriteAsync(folder, Guid.Parse(run), moment);
                return 0;
            case [Mark, "measure"]:
                await LoopMeasure.RunAsync();
                return 0;
            case [Mark, "measure", "beside"]:
                await LoopMeasure.RunBesideAsync();
                return 0;
            case [Mark, "plans"]:
                await PlanMeasure.RunAsync();
                return 0;
            case [Mark, QueryChild.Verb]:
                return await QueryChild.RunAsync();
            case [Mark, QueryChild.Verb, var idle]:
                return await QueryChild.RunAsync(TimeSpan.FromSeconds(double.Parse(idle, CultureInfo.InvariantCulture)));
            default:
                return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(arguments);
        }
    }

    /// <summary>Processes that query tables, for all tests together.</summary>
    internal static QueryProcesses Queries { get; } = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? new(Environment.ProcessPath!, "exec", typeof(ChildProgram).Assembly.Location, Mark, QueryChild.Verb) : new(Environment.ProcessPath!, Mark, QueryChild.Verb);

    public static Process Start(params string[] arguments)
    {
        string[] host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? ["exec", typeof(ChildProgram).Assembly.Location] : [];
        return Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. host, Mark, .. arguments]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
    }
}
