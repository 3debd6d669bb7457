//! The mistakes, each with the promise that it breaks.

macro_rules! mistakes {
    ($($name:ident => $promise:literal,)*) => {
        /// What a host does wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Mistake {
            /// Nothing.
            None,
            $($name,)*
        }

        impl Mistake {
            /// Every one but none.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];

            /// The promise that it breaks.
            pub(crate) fn promise(self) -> &'static str {
                match self {
                    Self::None => "",
                    $(Self::$name => $promise,)*
                }
            }
        }
    };
}

mistakes! {
    GrantsEverything => "ungranted-origin",
    GrantsWhatIsOptional => "optional-origin",
    FollowsRedirects => "redirect",
    SendsPostForPatch => "methods",
    WritesMethodsInCapitals => "other-methods",
    DropsTheUserAgent => "headers-arrive",
    DropsHeadersOfItsOwn => "headers-of-the-host",
    CutsHeadersAtLineBreaks => "headers-that-are-none",
    TakesBodiesForText => "bodies-arrive",
    TakesPasswordsOutOfUrls => "urls-that-are-none",
    AsksAgainWhenRefused => "any-status",
    LeavesNamesOfHeaders => "response-headers",
    LeavesBodiesPacked => "decompressed",
    HandsOverBytes => "text-as-text",
    CutsLongUrls => "url-bound",
    DropsManyHeaders => "headers-bound",
    CutsLargeBodies => "body-bound",
    CutsLargeResponses => "response-bound",
    CallsTheDeadAProxy => "nobody-listens",
    IgnoresTimeouts => "timeout",
    TakesWhatIsCutForWhole => "cut-response",
    CallsWhatWasSentUnsent => "no-response",
    SendsTwice => "sent-once",
    UsesTicketsAgain => "tickets-are-new",
    AnswersForgedTickets => "forged-tickets",
    AnswersTwice => "taken-once",
    AnswersTooEarly => "taken-when-ready",
    AnswersForTimers => "a-timer-is-no-response",
    TakesInAnyOrder => "taken-in-order",
    BeginsWithoutBound => "begin-bound",
    LetsAnyNumberRun => "outstanding-bound",
    BeginsOneByOne => "begin-does-not-wait",
    RunsOneByOne => "requests-run-together",
    LimitsNothing => "rate-limit",
    QueuesEverything => "bucket-waits-alone",
    RefusesUnknownBuckets => "unknown-bucket",
    IsNeverThrottled => "throttled-holds",
    ThrottlesEverything => "throttled-without-a-limit",
    ShowsTheSecret => "secret-is-sealed",
    SendsTheToken => "secret-is-put-in-place",
    RepeatsTheSecret => "secret-does-not-come-back",
    FillsEverywhere => "secret-goes-nowhere-else",
    KeepsItsTokens => "token-of-its-own",
    DropsEmptyValues => "storage-keeps",
    HasOneArea => "storage-areas",
    SortsAsUtf16 => "scan-order",
    IgnoresCase => "scan-prefix",
    ScansWithoutBound => "scan-bound",
    CutsKeys => "storage-keys",
    CutsValues => "storage-values",
    WritesOneByOne => "write-all-or-none",
    SaysFullIsFine => "area-bound",
    RepeatsRandomBytes => "random-bytes",
    SeedsEachCallAlike => "random-over-calls",
    GivesAnyRandomBytes => "random-bound",
    TellsAnotherTime => "clock",
    StopsTheClock => "clock-goes-on",
    EndsAtLongLines => "long-log-lines",
    GivesItsEnvironment => "no-environment",
    GivesItsFiles => "no-files",
    GivesItsSockets => "no-sockets",
    GivesItsInput => "no-input",
    LetsTheLanguageTellTime => "clock-of-the-language",
    SeedsTheLanguageAlike => "seed-of-the-language",
    NamesNothing => "nothing-outstanding",
    NamesAsBegun => "timers-in-order",
    TimersDoNotWait => "timers-wait",
    ForgetsTimersOfNothing => "timer-of-nothing",
    NamesMoreThanAsked => "wait-bound",
    NamesTwice => "named-once",
    ClosesUnopened => "close-before-open",
    RemovesUnclosed => "remove-before-close",
    OpensAnyScope => "scope-bound",
    OpensTwice => "opened-once",
    OpensAfterPuts => "opened-before-puts",
    OpensAfterAPut => "open-after-put",
    KeepsAnyCheckpoint => "checkpoint-bound",
    CountsNoContainers => "containers-bound",
    ClosesTwice => "closed-once",
    RemovesWithoutEvidence => "removals-that-are-rejected",
    RemovesTwice => "removed-once",
    RejectsDepartments => "puts",
    AppliesAnyNumber => "apply-bound",
    TellsOutcomesBackwards => "outcome-order",
    TakesAnyKey => "keys-and-versions",
    RemovesInSync => "removal-in-sync",
    RejectsRepeats => "put-twice",
    RejectsWhatOnlyClears => "put-then-cleared",
    TellsOutcomesTwice => "applied-taken-once",
    LosesVersions => "put-is-held",
    ForgetsVersionsLater => "versions-come-back",
    CannotWriteDurably => "durable-storage",
    ForgetsDurably => "storage-is-kept",
    ListsAsUtf16 => "inventory-order",
    ListsFromAfterOn => "inventory-pages",
    ListsAnyNumber => "inventory-bound",
    FindsInOrderOfIds => "find-order",
    FindsAnyNumber => "find-bound",
    TakesAnyClearing => "clearings-bound",
    HoldsWhatIsEqual => "put-equal",
    HoldsClearings => "put-equal-then-cleared",
    HoldsRemovals => "removals",
    ListsTheRemoved => "removed-is-gone",
    RejectsEmptyDocuments => "merge",
    TakesAnyDocument => "documents",
    TakesDocumentsWithoutSchemas => "documents-held",
    RejectsNewIdsOne => "identity-1",
    RejectsNewIdsTwo => "identity-2",
    RejectsNewIdsThree => "identity-3",
}
