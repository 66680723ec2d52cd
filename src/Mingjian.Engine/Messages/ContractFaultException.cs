using Mingjian.Primitives;

namespace Mingjian.Engine.Messages;

/// <summary>A contract threw. That is a bug in a rule that every node runs, so the node stops rather than guess.</summary>
public sealed class ContractFaultException(string command, Hash32 transactionId, long height, Exception inner)
    : Exception($"Command {command} (transaction {transactionId}, block {height}) made its contract fail: {inner.Message}", inner);
