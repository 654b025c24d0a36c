using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Platform.Agents.Tools.Mcp;

/// <summary>Why nothing could be learned of a server. NoProgram: there is none of that name. NotStarted: it may not be run. Ended: the program ended, or says what is no MCP. NoName, NoListener: its address leads nowhere. Certificate: it proves not to be who it says. Broken: the connection broke off. KeyRefused, Status, NotMcp: it was reached, and answered so.</summary>
public enum McpFaultKind { NoProgram, NotStarted, Ended, NoName, NoListener, Certificate, Broken, KeyRefused, Status, NotMcp, OutOfTime }

/// <summary>Why a server's tools could not be read, in the program's own words: those of the runtime help nobody.</summary>
/// <param name="Value">The program, the address, the status or the seconds that it speaks of.</param>
public sealed record McpFault(McpFaultKind Kind, string Value)
{
    private const int NoSuchFile = 2;

    /// <summary>In English, for a log or a program.</summary>
    public string Message => Kind switch
    {
        McpFaultKind.NoProgram => $"There is no program '{Value}'. Name it as it is found on PATH, or by its full path.",
        McpFaultKind.NotStarted => $"The program '{Value}' cannot be started: it may not be run, or its folder is not there.",
        McpFaultKind.Ended => $"The program '{Value}' ended, or writes something else than MCP to its output. Start it by hand to see what it says.",
        McpFaultKind.NoName => $"The name in '{Value}' is not known to any name server.",
        McpFaultKind.NoListener => $"Nothing answers at '{Value}': the server is not running, or listens elsewhere.",
        McpFaultKind.Certificate => $"The certificate of '{Value}' is not trusted here, or there is no encryption at that port.",
        McpFaultKind.KeyRefused => "It was reached and refused: its key is missing, wrong, or not enough. It is sent as a header.",
        McpFaultKind.Status => $"It was reached and answered with status {Value}: is this the address of its MCP endpoint?",
        McpFaultKind.NotMcp => $"'{Value}' was reached and answered, but not as an MCP server does: is this the address of its MCP endpoint?",
        McpFaultKind.OutOfTime => $"It did not answer within {Value} seconds.",
        _ => $"The connection to '{Value}' broke off.",
    };

    internal static McpFault OutOfTime(TimeSpan limit) => new(McpFaultKind.OutOfTime, limit.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture));

    internal static McpFault Of(Exception failure, McpServerOptions options)
    {
        var where = options.Endpoint?.GetLeftPart(UriPartial.Path) ?? options.Command;
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            var kind = cause switch
            {
                Win32Exception { NativeErrorCode: NoSuchFile } and not SocketException => McpFaultKind.NoProgram,
                Win32Exception and not SocketException => McpFaultKind.NotStarted,
                SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => McpFaultKind.NoName,
                SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TimedOut } => McpFaultKind.NoListener,
                AuthenticationException => McpFaultKind.Certificate,
                HttpRequestException { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => McpFaultKind.KeyRefused,
                HttpRequestException { StatusCode: not null } => McpFaultKind.Status,
                _ => (McpFaultKind?)null,
            };
            if (kind is { } found)
                return new(found, found == McpFaultKind.Status ? ((int)((HttpRequestException)cause).StatusCode!).ToString(CultureInfo.InvariantCulture) : where);
        }
        return new(options.Endpoint is null ? McpFaultKind.Ended : Any<HttpRequestException>(failure) || Any<IOException>(failure) ? McpFaultKind.Broken : McpFaultKind.NotMcp, where);
    }

    private static bool Any<T>(Exception? failure) where T : Exception => failure is not null && (failure is T || Any<T>(failure.InnerException));
}
