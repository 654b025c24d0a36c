namespace Platform.Web.Features.Account;

/// <summary>What the sign-in form sends.</summary>
public sealed class SignInInput
{
    public string? Email { get; set; }

    public string? Password { get; set; }
}
