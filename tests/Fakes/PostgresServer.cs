using System.Diagnostics;
using Npgsql;

namespace Platform.Fakes;

/// <summary>A real PostgreSQL server in a folder of its own, reached by a socket there: one for the test process, started when first asked for, gone with the process however that ends. Needs the Debian package postgresql.</summary>
public static class PostgresServer
{
    private const string Installed = "/usr/lib/postgresql";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    // Waits for the end of its input, which comes with the end of the test process; then stops the server at once and clears up.
    private const string Watch = "folder=$1; shift; \"$@\" >\"$folder/log\" 2>&1 & server=$!; cat >/dev/null; kill -QUIT $server; wait $server; rm -rf \"$folder\"";

    private static readonly Lazy<Task<string>> Running = new(StartAsync);
    private static Process? _watch; // held: its input must stay open

    /// <summary>A connection string to a new, empty database.</summary>
    public static async Task<string> NewDatabaseAsync()
    {
        string folder = await Running.Value;
        string name = $"test_{Guid.NewGuid():N}";
        await using NpgsqlConnection connection = new(To(folder, "postgres"));
        await connection.OpenAsync();
        await using NpgsqlCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // the name is made here
        command.CommandText = $"CREATE DATABASE {name}";
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
        return To(folder, name);
    }

    private static string To(string folder, string database) => $"Host={folder};Username=postgres;Database={database};Pooling=false";

    private static async Task<string> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("postgres-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", "postgres", folder); // the server refuses to run as root
        }

        await RunAsync("/bin/sh", ["-c", "exec \"$@\" >/dev/null", "sh", .. AsPlainUser("initdb"), "-D", $"{folder}/data", "-U", "postgres", "-A", "trust", "--no-sync", "--no-instructions"]);
        ProcessStartInfo start = new("/bin/sh", ["-c", Watch, "sh", folder, .. AsPlainUser("postgres"), "-D", $"{folder}/data", "-k", folder,
            "-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=16MB"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        _watch = Process.Start(start);
        await AnsweringAsync(folder);
        return folder;
    }

    private static async Task AnsweringAsync(string folder)
    {
        for (Stopwatch waited = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            try
            {
                await using NpgsqlConnection connection = new(To(folder, "postgres"));
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (waited.Elapsed < Deadline)
            {
                continue; // not yet
            }
        }
    }

    private static string[] AsPlainUser(string program)
    {
        string bin = Directory.Exists(Installed) ? Path.Combine(Directory.GetDirectories(Installed).OrderDescending().First(), "bin")
            : throw new InvalidOperationException($"These tests need PostgreSQL in {Installed}: apt-get install -y postgresql");
        string path = Path.Combine(bin, program);
        return Environment.IsPrivilegedProcess ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", path] : [path];
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
        }
    }
}
