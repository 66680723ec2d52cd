namespace Mingjian.Acts.Messages;

/// <summary>Refusals before any contract sees the act. The numbers are the engine's <c>AdmissionRejection</c>.</summary>
internal static class AdmissionMessages
{
    public static IReadOnlyList<RejectionMessage> All { get; } =
    [
        new("admission/1", "TooLarge", "提交的内容超过 40,000 字节。", "请减少一次提交的人数或条数，分几次提交。"),
        new("admission/2", "MalformedEnvelope", "提交的签名信封格式不正确。", "请刷新页面后重新签名提交。"),
        new("admission/3", "MalformedPayload", "提交的内容格式不正确。", "请刷新页面后重新签名提交。"),
        new("admission/4", "WrongNetwork", "这份签名属于另一个网络的账本。", "请确认打开的是本单位的网址，再重新签名。"),
        new("admission/5", "Duplicate", "这项操作已经记入账本，没有重复记账。", "无需再次提交，刷新页面即可看到结果。"),
        new("admission/6", "Expired", "签名已过有效期。", "请重新签名提交。"),
        new("admission/7", "ExpiresTooLate", "签名的有效期超过 72 小时。", "请检查本机时间是否准确，再重新签名。"),
        new("admission/8", "UnknownCommand", "账本没有这种操作。", "请刷新页面，使用最新版本后重试。"),
        new("admission/9", "CommandNotActive", "账本现在的规则版本没有这种操作。", "新版规则由各单位签署启用，启用之后再提交；已经停用的操作请用代替它的操作。"),
        new("admission/10", "MalformedCommand", "操作内容格式不正确。", "请刷新页面后重新填写提交。"),
        new("admission/11", "UnknownKey", "签名密钥没有登记，或者已经停用。", "请用已绑定的设备重新登录；没有可用设备时，请向党组织申请新的邀请码。"),
        new("admission/12", "WrongScheme", "签名方式与登记的密钥不一致。", "请用登记时的设备或通行密钥签名。"),
        new("admission/13", "WrongSignature", "签名验证不通过。", "请重新签名提交；内容在签名之后不能再改动。"),
        new("admission/14", "EntryTooLarge", "这项操作的记录超过一条账目的上限（65,535 字节）。", "请减少一次提交的人数或条数，分几次提交。"),
        new("admission/15", "Busy", "系统正忙，本次提交没有受理。", "请稍后重试。"),
        new("admission/16", "SignerMissing", "办理人自己没有签名。", "请用办理这件事的密钥签名后再提交。"),
        new("admission/17", "QuotaExceeded", "今天提交的内容已经达到一天的上限，没有受理。", "北京时间明天零点以后可以继续提交；确有需要的，请联系系统管理员调高上限。"),
        new("admission/18", "AssertionShape", "这个浏览器或认证器给出的通行密钥签名，格式不是账本接受的那一种。", "请更新浏览器后重试，或者改用本机密钥。"),
        new("admission/19", "UserNotVerified", "通行密钥签名时没有验证本人（指纹、面容或锁屏密码）。", "请在设备上设置锁屏密码或指纹后重新签名，或者改用本机密钥。"),
        new("admission/20", "UnknownSite", "通行密钥是在没有登记的网址上签名的。", "请从已登记的正式网址打开；网址有变动时，请最高一级党委的组织委员用本机密钥在“组织与任职”里登记新网址。"),
        new("admission/21", "UpgradeNeeded", "账本已经按更新的规则版本记账，这个服务器的程序还没有升级，暂时只能查阅。", "请联系本单位的运维人员升级程序，或者到其他服务器办理。"),
    ];
}
