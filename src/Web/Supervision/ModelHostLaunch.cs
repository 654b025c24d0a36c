using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Platform.Web.Host;

namespace Platform.Web.Supervision;

/// <summary>How the model host is started on this machine. The address and the token stay the same for Web's whole life, so that its clients need not know of restarts.</summary>
/// <param name="Program">Absolute path of the executable; it may be absent, and that is then the reason shown.</param>
/// <param name="ApiKey">Made anew at each start of Web; given to the child by its environment only. It is the administrator's key too: Web decides who administrates.</param>
/// <param name="ModelDirectory">Folder of models that can be loaded, and that downloads go to.</param>
/// <param name="AdapterDirectory">Folder of adapters.</param>
/// <param name="TrainingDirectory">Folder of training files and jobs.</param>
public sealed record ModelHostLaunch(string Program, Uri Endpoint, string ApiKey, string? ChatModel, string? EmbeddingModel, string ModelDirectory, string AdapterDirectory, string TrainingDirectory)
{
    private const string ProgramName = "Platform.ModelHost.Server";

    /// <summary>From `ModelHost:*` and `Models:*`; null when a service that runs elsewhere takes its place: with ModelHost:Endpoint, or with ModelHost:Supervise=false. ModelHost:Engines stand beside it.</summary>
    public static ModelHostLaunch? Of(IConfiguration configuration)
    {
        var supervise = configuration.GetValue<bool?>("ModelHost:Supervise") ?? string.IsNullOrWhiteSpace(configuration["ModelHost:Endpoint"]);
        if (!supervise)
        {
            return null;
        }

        var port = configuration.GetValue("ModelHost:Port", 0);
        var data = DataFolderAtStart.PathOf(configuration);
        return new ModelHostLaunch(
            Absolute(configuration["ModelHost:Program"]) ?? FindProgram(),
            new Uri($"http://127.0.0.1:{(port == 0 ? FreePort() : port).ToString(CultureInfo.InvariantCulture)}"),
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)),
            Absolute(configuration["Models:Chat"]) ?? FindUpward("models/seed-chat.gguf"),
            Absolute(configuration["Models:Embedding"]) ?? FindUpward("models/seed-embed.gguf"),
            Absolute(configuration["Engine:ModelDirectory"]) ?? Path.Combine(data, "models"),
            Absolute(configuration["Engine:AdapterDirectory"]) ?? Path.Combine(data, "adapters"),
            Absolute(configuration["Training:Directory"]) ?? Path.Combine(data, "training"));
    }

    /// <summary>What the model host's client reads.</summary>
    public IEnumerable<KeyValuePair<string, string?>> ClientSettings =>
        [new("ModelHost:Endpoint", Endpoint.ToString()), new("ModelHost:ApiKey", ApiKey), new("ModelHost:Name", "embedded")];

    /// <summary>What the child reads, beyond the environment that it inherits.</summary>
    public IEnumerable<KeyValuePair<string, string?>> ChildEnvironment =>
    [
        new("Server__Url", Endpoint.ToString().TrimEnd('/')), new("Server__ApiKey", ApiKey), new("Server__AdminKey", ApiKey), new("Server__ExitWithParent", "true"),
        new("Engine__ChatModel", ChatModel), new("Engine__EmbeddingModel", EmbeddingModel), new("Engine__ModelDirectory", ModelDirectory), new("Engine__AdapterDirectory", AdapterDirectory),
        new("Training__Directory", TrainingDirectory),
    ];

    private static string? Absolute(string? path) => string.IsNullOrWhiteSpace(path) ? null : Path.GetFullPath(path);

    // Beside the published program, or where a build of the repository puts it: artifacts/bin/Web/<config>/ → artifacts/bin/ModelHost.Server/<config>/.
    private static string FindProgram()
    {
        var name = OperatingSystem.IsWindows() ? $"{ProgramName}.exe" : ProgramName;
        var beside = Path.Combine(AppContext.BaseDirectory, "modelhost", name);
        var home = new DirectoryInfo(AppContext.BaseDirectory);
        var built = Path.GetFullPath(Path.Combine(home.FullName, "..", "..", "ModelHost.Server", home.Name, name));
        return File.Exists(beside) || !File.Exists(built) ? beside : built;
    }

    private static string? FindUpward(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, relative);
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    // Below the ports that the system gives to connections: one of those could be given away while the host is down, and no restart would get it back.
    private static int FreePort()
    {
        const int first = 20_000, behind = 32_768, tries = 100;
        for (var n = 0; n < tries; n++)
        {
            try
            {
                return Bound(RandomNumberGenerator.GetInt32(first, behind));
            }
            catch (SocketException)
            {
                // somebody's: another
            }
        }

        return Bound(0); // whichever the system has
    }

    private static int Bound(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
