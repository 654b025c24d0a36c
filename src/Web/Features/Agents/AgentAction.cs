namespace Platform.Web.Features.Agents;

/// <summary>What can be done with an agent from its menu.</summary>
public enum AgentAction { Clone, Hide, Show, Delete }
