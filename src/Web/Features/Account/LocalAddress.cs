namespace Platform.Web.Features.Account;

/// <summary>Where to go after sign-in: only ever a place of this server.</summary>
public static class LocalAddress
{
    /// <summary>The address when it is a path here, else "/". "//host" and "/\host" lead elsewhere.</summary>
    public static string Of(string? address) =>
        address is ['/', ..] && !(address.Length > 1 && address[1] is '/' or '\\') && !address.Any(char.IsControl) ? address : "/";
}
