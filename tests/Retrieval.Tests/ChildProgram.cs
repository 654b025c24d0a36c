using System.Diagnostics;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Storage;
using Platform.Retrieval.Tests.Ingest;

namespace Platform.Retrieval.Tests;

/// <summary>What the test program does when it is started as a child, to be killed: real processes, since nothing else dies like one.</summary>
internal static class ChildProgram
{
    private const string Mark = "--as-child";

    /// <summary>The program's entry: tests, or one of the children below.</summary>
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [Mark, string what, string folder, ..])
        {
            return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(arguments);
        }

        await (what == "hold-folder" ? HoldAsync(folder) : IngestAsync(folder, Guid.Parse(arguments[3])));
        return 0;
    }

    public static Process Start(string what, string folder, params string[] more) =>
        Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. Entry(), Mark, what, folder, .. more]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;

    private static string[] Entry() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? ["exec", typeof(ChildProgram).Assembly.Location] : [];

    private static async Task HoldAsync(string folder)
    {
        using DataFolderLock held = DataFolderLock.Take(new DataFolder(folder), TimeProvider.System);
        await Console.Out.WriteLineAsync("held");
        await Console.In.ReadLineAsync();
    }

    /// <summary>Takes in, again and again, the same files under the same names with ever new versions, until it is killed, or its parent is gone.</summary>
    private static async Task IngestAsync(string folder, Guid baseId)
    {
        await using Room room = await Room.OpenAsync(new DataFolder(folder));
        Random random = new();
        Task parentGone = Task.Run(Console.In.ReadLine);
        for (int i = 0; !parentGone.IsCompleted; i++)
        {
            string name = $"document {i % 8}.txt";
            await room.AddAsync(Room.Ada, baseId, name, KilledText.Make(name, version: random.Next(1000)), DuplicateChoice.Replace);
            await Console.Out.WriteLineAsync("added");
        }
    }
}
