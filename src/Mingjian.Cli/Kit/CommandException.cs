namespace Mingjian.Cli.Kit;

/// <summary>Ends the program with <see cref="ExitCodes.Unusable"/> and a message for people.</summary>
internal sealed class CommandException(string message, Exception? inner = null) : Exception(message, inner);
