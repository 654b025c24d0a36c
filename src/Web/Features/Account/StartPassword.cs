using System.Security.Cryptography;

namespace Platform.Web.Features.Account;

/// <summary>Makes passwords that can be read out over a telephone: four groups of four letters and digits without look-alikes, about 78 bits.</summary>
public static class StartPassword
{
    private const string Letters = "abcdefghjkmnpqrstuvwxyz23456789";

    public static string Make() => string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Letters, 4)));
}
