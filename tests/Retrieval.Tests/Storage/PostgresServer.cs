using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Platform.Retrieval.Tests.Storage;

/// <summary>A real PostgreSQL server of its own, in a folder of its own, for the tests of one class. Needs the Debian package postgresql.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const string Installed = "/usr/lib/postgresql";
    private readonly string _folder = Directory.CreateTempSubdirectory("postgres-").FullName;
    private readonly int _port = FreePort();

    /// <summary>A connection string to a new database.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        string name = $"test_{Guid.NewGuid():N}";
        await RunAsync("createdb", "-h", _folder, "-p", $"{_port}", "-U", "postgres", name);
        return $"Host={_folder};Port={_port};Username=postgres;Database={name};Pooling=false";
    }

    public async ValueTask InitializeAsync()
    {
        if (Environment.IsPrivilegedProcess)
        {
            await RunPlainAsync("chown", "postgres", _folder); // the server refuses to run as root
        }

        await RunAsync("initdb", "-D", $"{_folder}/data", "-U", "postgres", "-A", "trust", "--no-sync", "--no-instructions");
        await RunAsync("pg_ctl", "-D", $"{_folder}/data", "-w", "-l", $"{_folder}/log", "-o", $"-p {_port} -k {_folder} -c listen_addresses= -c fsync=off", "start");
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("pg_ctl", "-D", $"{_folder}/data", "-w", "-m", "immediate", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private static Task RunAsync(string program, params string[] arguments)
    {
        Assert.True(Directory.Exists(Installed), $"These tests need PostgreSQL in {Installed}: apt-get install -y postgresql");
        string path = Path.Combine(Directory.GetDirectories(Installed).OrderDescending().First(), "bin", program);
        return Environment.IsPrivilegedProcess ? RunPlainAsync("setpriv", ["--reuid", "postgres", "--regid", "postgres", "--clear-groups", path, .. arguments]) : RunPlainAsync(path, arguments);
    }

    private static async Task RunPlainAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        Assert.Equal((program, 0), (program, process.ExitCode));
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
