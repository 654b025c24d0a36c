namespace Platform.Web.Features.Setup;

/// <summary>What the wizard's form sends.</summary>
public sealed class SetupInput
{
    public string? Email { get; set; }

    public string? Password { get; set; }

    public string? PasswordAgain { get; set; }
}
