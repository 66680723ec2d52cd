namespace Mingjian.Views.Session;

/// <summary>A service refuses a person: not signed in, or no post that allows it here. Pages show the Chinese message; endpoints answer 403.</summary>
public sealed class AccessDeniedException(string message) : Exception(message);
