using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Platform.Retrieval.Index.Embedded;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Storage;
using Platform.Retrieval.Tests.Ingest;

namespace Platform.Retrieval.Tests;

/// <summary>What the test program does when it is started as a child, to be killed: real processes, since nothing else dies like one.</summary>
internal static class ChildProgram
{
    private const string Mark = "--as-child";

    /// <summary>No document is given up for having been taken in when the program died.</summary>
    public static readonly (string Key, string Value) ManyDeaths = ("Retrieval:MostCrashes", "1000");

    /// <summary>The program's entry: tests, or one of the children below.</summary>
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [Mark, string what, string folder, ..])
        {
            return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(arguments);
        }

        await (what == "hold-folder" ? HoldAsync(folder) : what == "fill-disk" ? DiskFullTests.FillAsync(folder, arguments[3] == "real") : IngestAsync(folder, Guid.Parse(arguments[3]), int.Parse(arguments[4], CultureInfo.InvariantCulture), new Moment(arguments[5], int.Parse(arguments[6], CultureInfo.InvariantCulture))));
        return 0;
    }

    public static Process Start(string what, string folder, params string[] more)
    {
        string[] command = Command(what, folder, more);
        return Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
    }

    /// <summary>The program with its arguments.</summary>
    public static string[] Command(string what, string folder, params string[] more) =>
        [Environment.ProcessPath!, .. Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? (string[])["exec", typeof(ChildProgram).Assembly.Location] : [], Mark, what, folder, .. more];

    private static async Task HoldAsync(string folder)
    {
        using DataFolderLock held = DataFolderLock.Take(new DataFolder(folder), TimeProvider.System);
        await Console.Out.WriteLineAsync("held");
        await Console.In.ReadLineAsync();
    }

    /// <summary>Takes in, one after the other, the same files under the same names with ever new versions, and stops still at the asked moment, until it is killed, or its parent is gone.</summary>
    private static async Task IngestAsync(string folder, Guid baseId, int adds, Moment moment)
    {
        await using Room room = await Room.OpenAsync(new DataFolder(folder), change: services => services.AddSingleton(
            provider => TellingIndex.Around(new EmbeddedPassageIndex(provider.GetRequiredService<DataFolder>()), moment.ReachAsync)), settings: ManyDeaths);
        room.Embeddings.OnBatch = (_, _) => moment.ReachAsync("embedding");
        Random random = new();
        Task parentGone = Task.Run(Console.In.ReadLine);
        for (int i = 0; i < adds && !parentGone.IsCompleted; i++)
        {
            string name = $"document {i % 8}.txt";
            await room.AddAsync(Room.Ada, baseId, name, KilledText.Make(name, version: random.Next(1000)), DuplicateChoice.Replace);
            await moment.ReachAsync("added");
        }

        await parentGone;
    }

    /// <summary>The time at which something happened for the n-th time: it is told once, and what happens there goes no further, unless it is an add, or a write that has yet to begin.</summary>
    private sealed class Moment(string name, int times)
    {
        private int _left = times;

        public async Task ReachAsync(string what)
        {
            if (what == name && Interlocked.Decrement(ref _left) == 0)
            {
                await Console.Out.WriteLineAsync(what);
                if (what is not ("added" or "writing"))
                {
                    await Task.Delay(Timeout.Infinite);
                }
            }
        }
    }
}
