namespace Platform.Web.Features.Account;

/// <summary>What the form to change one's password sends.</summary>
public sealed class PasswordInput
{
    public string? Present { get; set; }

    public string? New { get; set; }

    public string? Again { get; set; }
}
